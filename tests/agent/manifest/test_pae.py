"""The bytes that are signed, against the one vector that DSSE's own document gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope

from gauger_agent.manifest.pae import pae


def test_the_vector_in_the_protocol_document() -> None:
    # secure-systems-lab/dsse, protocol.md, "Test Vectors".
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == expected


def test_lengths_count_bytes_and_not_characters() -> None:
    assert pae("é", b"\xff") == b"DSSEv1 2 \xc3\xa9 1 \xff"


@given(st.text(), st.binary())
def test_another_implementation_encodes_alike(kind: str, body: bytes) -> None:
    assert pae(kind, body) == Envelope(body, kind, {}).pae()
