"""The envelope's reader: two spellings of base64, and nothing that could be read in two ways."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.manifest import envelope as module
from gauger_agent.manifest.envelope import Envelope, EnvelopeError, Signature, read, write
from gauger_agent.manifest.limits import MAX_SIGNATURE, MAX_SIGNATURES

GOOD: dict[str, Any] = {
    "payload": "aGVsbG8=",
    "payloadType": "text/plain",
    "signatures": [{"keyid": "k", "sig": "AQID"}],
}


def _read(**fields: Any) -> Envelope:
    return read(json.dumps(GOOD | fields).encode())


@given(
    st.text(),
    st.binary(),
    st.lists(st.tuples(st.text(), st.binary(min_size=1)), min_size=1, max_size=3),
)
def test_what_is_written_is_read_back(
    kind: str, payload: bytes, signatures: list[tuple[str, bytes]]
) -> None:
    envelope = Envelope(kind, payload, tuple(Signature(*pair) for pair in signatures))
    assert read(write(envelope)) == envelope


def test_both_alphabets_are_read_but_never_mixed() -> None:
    data = b"\xfb\xff\xfe\xfb\xff\xfe"
    assert _read(payload="+//++//+").payload == data
    assert _read(payload="-__--__-").payload == data
    with pytest.raises(EnvelopeError, match="base64"):
        _read(payload="+//+-__-")


@pytest.mark.parametrize(
    "text",
    ["YR==", "YQ", "YQ=", "YQ===", "Y Q==", "YQ==\n", " YQ==", "YQ==YQ==", "Y!Q=", "=", "YQé="],
)
def test_base64_that_some_readers_decode_and_others_refuse_is_refused(text: str) -> None:
    with pytest.raises(EnvelopeError, match="base64"):
        _read(payload=text)
    with pytest.raises(EnvelopeError, match="base64"):
        _read(signatures=[{"sig": text}])


@pytest.mark.parametrize(
    "fields",
    [
        {"payload": None},
        {"payload": 1},
        {"payloadType": None},
        {"payloadType": ["text/plain"]},
        {"signatures": None},
        {"signatures": {}},
        {"signatures": []},
        {"signatures": ["AQID"]},
        {"signatures": [{"keyid": "k"}]},
        {"signatures": [{"keyid": None, "sig": "AQID"}]},
        {"signatures": [{"keyid": 1, "sig": "AQID"}]},
        {"signatures": [{"keyid": "k", "sig": ""}]},
        {"signatures": [{"keyid": "k", "sig": "AQID", "cert": "x"}]},
        {"signatures": [{"KeyID": "k", "sig": "AQID"}]},
        {"payload_type": "text/plain"},
        {"extra": None},
        {"signatures": [{"sig": "AQID"}] * (MAX_SIGNATURES + 1)},
        {"signatures": [{"sig": base64.b64encode(bytes(MAX_SIGNATURE + 1)).decode()}]},
    ],
)
def test_wrong_types_unknown_fields_and_excess_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError) as refused:
        _read(**fields)
    assert str(refused.value)


@pytest.mark.parametrize("field", list(GOOD))
def test_every_field_is_needed(field: str) -> None:
    fields = {name: value for name, value in GOOD.items() if name != field}
    with pytest.raises(EnvelopeError):
        read(json.dumps(fields).encode())


@pytest.mark.parametrize("data", [b"[]", b"null", b'"x"', b"1", b"{}", b"", b"\xff"])
def test_what_is_no_object_is_no_envelope(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        read(data)


def test_a_missing_keyid_is_an_empty_one() -> None:
    assert _read(signatures=[{"sig": "AQID"}]).signatures[0].keyid == ""


def test_oversize_is_refused_before_anything_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILE", 10)
    with pytest.raises(EnvelopeError, match="11 bytes, more than 10"):
        read(b"[[[[[[[[[[[")
    monkeypatch.undo()
    monkeypatch.setattr(module, "MAX_PAYLOAD", 4)
    with pytest.raises(EnvelopeError, match="payload: 5 bytes"):
        _read()
