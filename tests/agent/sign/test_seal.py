"""Sealing a payload."""

from __future__ import annotations

import pytest

from gauger_agent.manifest.envelope import PAYLOAD_TYPE, read
from gauger_agent.manifest.limits import MAX_SIGNATURES
from gauger_agent.sign.seal import countersign, seal
from support.manifests import OPERATOR, TOKEN, file_key


def test_each_signer_adds_its_signature_under_its_keyid() -> None:
    envelope = read(seal(b"body", (OPERATOR, TOKEN)))
    assert (envelope.payload_type, envelope.payload) == (PAYLOAD_TYPE, b"body")
    assert [entry.keyid for entry in envelope.signatures] == [OPERATOR.keyid, TOKEN.keyid]


def test_nothing_is_sealed_without_a_signer() -> None:
    with pytest.raises(ValueError, match="signer"):
        seal(b"body", ())


def test_a_countersignature_is_over_the_same_bytes_and_leaves_the_others_alone() -> None:
    first = read(seal(b"body", (OPERATOR,)))
    both = countersign(first, file_key("warehouse"))
    assert both == read(seal(b"body", (OPERATOR, file_key("warehouse"))))
    assert both.signatures[:1] == first.signatures


def test_no_more_signatures_are_written_than_a_reader_takes() -> None:
    full = read(seal(b"body", (OPERATOR,) * MAX_SIGNATURES))
    with pytest.raises(ValueError, match="already"):
        countersign(full, TOKEN)
