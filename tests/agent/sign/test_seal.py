"""Sealing a payload."""

from __future__ import annotations

import pytest

from gauger_agent.manifest.envelope import PAYLOAD_TYPE, read
from gauger_agent.sign.seal import seal
from support.manifests import OPERATOR, TOKEN


def test_each_signer_adds_its_signature_under_its_keyid() -> None:
    envelope = read(seal(b"body", (OPERATOR, TOKEN)))
    assert (envelope.payload_type, envelope.payload) == (PAYLOAD_TYPE, b"body")
    assert [entry.keyid for entry in envelope.signatures] == [OPERATOR.keyid, TOKEN.keyid]


def test_nothing_is_sealed_without_a_signer() -> None:
    with pytest.raises(ValueError, match="signer"):
        seal(b"body", ())
