"""Any change to what is signed is refused; any change to what is not makes no difference."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.errors import NotAuthentic
from gauger_agent.manifest.envelope import read
from gauger_agent.sign.signer import Signer
from gauger_agent.verify.core import verify
from support.manifests import NOW, OPERATOR, TOKEN, options, sample_manifest

SIGNERS = pytest.mark.parametrize("signer", [OPERATOR, TOKEN], ids=["ed25519", "p256"])


MANIFESTS = {signer.keyid: sample_manifest(signer) for signer in (OPERATOR, TOKEN)}


def _manifest(signer: Signer) -> bytes:
    return MANIFESTS[signer.keyid]


def _fields(signer: Signer) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(_manifest(signer))
    return fields


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _refused(fields: dict[str, Any], signer: Signer) -> None:
    with pytest.raises(NotAuthentic):
        verify(json.dumps(fields).encode(), options(signer), NOW)


@SIGNERS
@given(draw=st.data())
def test_a_flipped_bit_anywhere_in_the_payload_is_refused(
    signer: Signer, draw: st.DataObject
) -> None:
    fields = _fields(signer)
    payload = base64.b64decode(fields["payload"])
    bit = draw.draw(st.integers(0, len(payload) * 8 - 1))
    fields["payload"] = base64.b64encode(_flipped(payload, bit)).decode()
    _refused(fields, signer)


@SIGNERS
def test_a_flipped_bit_anywhere_in_the_signature_is_refused(signer: Signer) -> None:
    sig = read(_manifest(signer)).signatures[0].sig
    for bit in range(len(sig) * 8):
        fields = _fields(signer)
        fields["signatures"][0]["sig"] = base64.b64encode(_flipped(sig, bit)).decode()
        _refused(fields, signer)


def test_a_flipped_bit_anywhere_in_the_payload_type_is_refused() -> None:
    kind = _fields(OPERATOR)["payloadType"].encode()
    for bit in range(len(kind) * 8):
        fields = _fields(OPERATOR)
        fields["payloadType"] = _flipped(kind, bit).decode("latin-1")
        _refused(fields, OPERATOR)


def _outside_the_keyid() -> list[int]:
    data = _manifest(OPERATOR)
    start = data.index(OPERATOR.keyid.encode())
    inside = range(start, start + len(OPERATOR.keyid))
    return [at for at in range(len(data) - 1) if at not in inside]  # the last is white space


@given(at=st.sampled_from(_outside_the_keyid()), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_in_the_file_but_the_keyid_is_refused(at: int, bit: int) -> None:
    with pytest.raises(NotAuthentic):
        verify(_flipped(_manifest(OPERATOR), at * 8 + bit), options(), NOW)


@given(length=st.integers(0, len(_manifest(OPERATOR)) - 2))
def test_a_manifest_that_was_cut_short_is_refused(length: int) -> None:
    with pytest.raises(NotAuthentic):
        verify(_manifest(OPERATOR)[:length], options(), NOW)


@given(keyid=st.text())
def test_any_keyid_on_a_good_signature_changes_nothing(keyid: str) -> None:
    fields = _fields(OPERATOR)
    fields["signatures"][0]["keyid"] = keyid
    changed = json.dumps(fields).encode()
    assert verify(changed, options(), NOW) == verify(_manifest(OPERATOR), options(), NOW)


@given(indent=st.integers(0, 5), around=st.text(" \t\r\n", max_size=5), reverse=st.booleans())
def test_white_space_and_the_order_of_fields_change_nothing(
    indent: int, around: str, reverse: bool
) -> None:
    fields = _fields(OPERATOR)
    if reverse:
        fields = dict(reversed(fields.items()))
    changed = (around + json.dumps(fields, indent=indent) + around).encode()
    assert verify(changed, options(), NOW) == verify(_manifest(OPERATOR), options(), NOW)


def test_the_url_safe_alphabet_changes_nothing() -> None:
    fields = _fields(OPERATOR)
    for holder, name in ((fields, "payload"), (fields["signatures"][0], "sig")):
        holder[name] = holder[name].replace("+", "-").replace("/", "_")
    changed = json.dumps(fields).encode()
    assert verify(changed, options(), NOW) == verify(_manifest(OPERATOR), options(), NOW)


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(NotAuthentic):
        verify(data, options(), NOW)
