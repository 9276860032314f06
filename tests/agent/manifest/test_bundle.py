"""Reading Sigstore bundles: what is let through, and what is refused by name."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.manifest.bundle import MEDIA_TYPE, is_bundle
from gauger_agent.manifest.bundle_writing import wrap
from gauger_agent.manifest.envelope import Envelope, EnvelopeError, Signature, read, write

PLAIN = Envelope("text/plain", b"hello", (Signature("", b"\1\2\3"),))


def _bundle() -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(wrap(PLAIN, bytes(32)))
    return fields


def _changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    fields = _bundle()
    change(fields)
    return json.dumps(fields).encode()


@given(st.text(), st.binary(), st.binary(min_size=1, max_size=80), st.binary())
def test_what_is_written_is_read_back(kind: str, payload: bytes, sig: bytes, spki: bytes) -> None:
    envelope = Envelope(kind, payload, (Signature("", sig),))
    found = read(wrap(envelope, spki))
    assert found == dataclasses.replace(envelope, hint=base64.b64encode(spki).decode())
    assert read(write(found)) == envelope  # a hint is a bundle's, and not written elsewhere


def test_a_bundle_is_told_from_an_envelope() -> None:
    assert is_bundle(wrap(PLAIN, b""))
    assert is_bundle(b'{"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.1"}')
    for other in (write(PLAIN), b"", b"[]", b'["mediaType"]'):
        assert not is_bundle(other)


def test_what_is_unsigned_and_known_is_let_through_and_changes_nothing() -> None:
    def busy(fields: dict[str, Any]) -> None:
        fields["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.3"
        fields["verificationMaterial"] |= {
            "publicKey": {},
            "tlogEntries": [{"logIndex": "12345678901234567"}],
            "timestampVerificationData": {"rfc3161Timestamps": []},
        }

    assert read(_changed(busy)) == PLAIN


def test_two_signatures_are_never_wrapped() -> None:
    for signatures in ((), PLAIN.signatures * 2):
        with pytest.raises(ValueError, match="unpack"):
            wrap(Envelope("t", b"", signatures), b"")


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "another version": (
        lambda b: b.update(mediaType=MEDIA_TYPE.replace("0.3", "0.4")),
        "bundle.mediaType",
    ),
    "a media type that is no text": (lambda b: b.update(mediaType=3), "bundle.mediaType"),
    "an invented field": (lambda b: b.update(verdict="good"), "bundle: unknown field 'verdict'"),
    "protobuf's own spelling": (
        lambda b: b.update(dsse_envelope=b.pop("dsseEnvelope")),
        "unknown field 'dsse_envelope'",
    ),
    "no envelope": (lambda b: b.pop("dsseEnvelope"), "dsseEnvelope: expected an object"),
    "a signature of a file": (lambda b: b.update(messageSignature={}), "it signs a file"),
    "a certificate": (
        lambda b: b["verificationMaterial"].update(certificate={}),
        "only keys are believed",
    ),
    "a chain of certificates": (
        lambda b: b["verificationMaterial"].update(x509CertificateChain={}),
        "only keys are believed",
    ),
    "no verification material": (
        lambda b: b.pop("verificationMaterial"),
        "verificationMaterial: expected an object, found null",
    ),
    "no key": (lambda b: b["verificationMaterial"].pop("publicKey"), "publicKey: expected an obj"),
    "the key itself": (
        lambda b: b["verificationMaterial"]["publicKey"].update(rawBytes="AAAA"),
        "unknown field 'rawBytes'",
    ),
    "a hint that is no text": (
        lambda b: b["verificationMaterial"].update(publicKey={"hint": 1}),
        "hint: expected a string",
    ),
    "a log that is no list": (
        lambda b: b["verificationMaterial"].update(tlogEntries={}),
        "tlogEntries: expected a list",
    ),
    "timestamps that are no object": (
        lambda b: b["verificationMaterial"].update(timestampVerificationData=[]),
        "timestampVerificationData: expected an object",
    ),
    "an invented field in the envelope": (
        lambda b: b["dsseEnvelope"].update(cert="x"),
        "envelope: unknown field 'cert'",
    ),
    "no signature": (lambda b: b["dsseEnvelope"].update(signatures=[]), "0 signatures, not one"),
    "two signatures": (
        lambda b: b["dsseEnvelope"]["signatures"].append({"sig": "AQID"}),
        "2 signatures, not one",
    ),
    "base64 that readers disagree about": (
        lambda b: b["dsseEnvelope"].update(payload="aGVsbG9="),
        "canonical base64",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_specification_lacks_or_we_cannot_check_is_refused_by_name(name: str) -> None:
    change, says = REFUSED[name]
    with pytest.raises(EnvelopeError) as refused:
        read(_changed(change))
    assert says in str(refused.value)


_NAMES = st.sampled_from(
    ["mediaType", "verificationMaterial", "publicKey", "tlogEntries", "dsseEnvelope", "signatures"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text() | st.just(MEDIA_TYPE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
)


@given(_JSON, st.dictionaries(_NAMES, _JSON))
def test_whatever_stands_where_a_bundle_could_is_refused_and_never_crashes(
    kind: Any, fields: dict[str, Any]
) -> None:
    with pytest.raises(EnvelopeError):
        read(json.dumps(fields | {"mediaType": kind}).encode())


def test_the_strict_reader_reads_bundles_too() -> None:
    text = wrap(PLAIN, b"").rstrip()
    for broken in (text + b"{}", text.replace(b'"tlogEntries":[]', b'"tlogEntries":[NaN]')):
        with pytest.raises(EnvelopeError):
            read(broken)
    doubled = text.replace(b'"payloadType"', b'"payloadType":"x","payloadType"')
    with pytest.raises(EnvelopeError, match="duplicate key"):
        read(doubled)
