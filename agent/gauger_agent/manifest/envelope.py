"""The DSSE envelope around a payload: read strictly, written in one way.

Follows secure-systems-lab/dsse, envelope.md, except that fields it does not define are refused
and not ignored: they are unsigned, and readers that match names without regard to case would
take ``Payload`` for the payload. Everything here but the payload type is unproven until a
signature over it verifies.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from gauger_agent.manifest.bundle import BundleError, claims_bundle, unwrap
from gauger_agent.manifest.limits import MAX_FILE, MAX_PAYLOAD, MAX_SIGNATURE, MAX_SIGNATURES
from gauger_agent.manifest.strict_json import StrictJsonError, parse
from gauger_probes.evidence.codec import kind_of
from gauger_probes.evidence.common import JsonValue

#: The media type of an in-toto Statement in JSON; no other is read or written.
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class EnvelopeError(ValueError):
    """The bytes are not a DSSE envelope; the message says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature; ``keyid`` is the maker's unsigned hint (empty where none was given)."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, its type and at least one signature over both.

    ``hint`` is a bundle's unsigned hint at the key; no envelope has one, and none is written.
    """

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]
    hint: str = ""


def read(data: bytes) -> Envelope:
    """Return the envelope in ``data``, plain or in a Sigstore bundle, whatever its payload type.

    Raises:
        EnvelopeError: not an envelope, too big, or open to two readings.
    """
    if len(data) > MAX_FILE:
        raise EnvelopeError(f"{len(data)} bytes, more than {MAX_FILE}")
    hint = ""
    try:
        value = parse(data)
        if claims_bundle(value):
            value, hint = unwrap(value)
    except (StrictJsonError, BundleError) as error:
        raise EnvelopeError(str(error)) from None
    fields = _fields(value, "envelope", {"payload", "payloadType", "signatures"})
    payload = _base64(fields.get("payload"), "payload", MAX_PAYLOAD)
    payload_type = _string(fields.get("payloadType"), "payloadType")
    return Envelope(payload_type, payload, _signatures(fields.get("signatures")), hint)


def write(envelope: Envelope) -> bytes:
    """Return the envelope as one line of JSON with standard base64, ending in a newline."""
    signatures = [
        {"keyid": entry.keyid, "sig": base64.b64encode(entry.sig).decode()}
        for entry in envelope.signatures
    ]
    body = {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": signatures,
    }
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def _signatures(value: JsonValue) -> tuple[Signature, ...]:
    if not isinstance(value, list):
        raise EnvelopeError(f"signatures: expected a list, found {kind_of(value)}")
    if not value:
        raise EnvelopeError("no signature")
    if len(value) > MAX_SIGNATURES:
        raise EnvelopeError(f"{len(value)} signatures, more than {MAX_SIGNATURES}")
    return tuple(_signature(entry, f"signatures[{at}]") for at, entry in enumerate(value))


def _signature(value: JsonValue, where: str) -> Signature:
    fields = _fields(value, where, {"keyid", "sig"})
    keyid = _string(fields.get("keyid", ""), f"{where}.keyid")
    sig = _base64(fields.get("sig"), f"{where}.sig", MAX_SIGNATURE)
    if not sig:
        raise EnvelopeError(f"{where}.sig: empty")
    return Signature(keyid, sig)


def _fields(value: JsonValue, where: str, known: set[str]) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise EnvelopeError(f"{where}: expected an object, found {kind_of(value)}")
    unknown = sorted(set(value) - known)
    if unknown:
        raise EnvelopeError(f"{where}: unknown field {unknown[0][:64]!a}")
    return value


def _string(value: JsonValue, where: str) -> str:
    if not isinstance(value, str):
        raise EnvelopeError(f"{where}: expected a string, found {kind_of(value)}")
    return value


def _base64(value: JsonValue, where: str, limit: int) -> bytes:
    """Decode either alphabet, padded; refuse every text that is not the encoding of its bytes."""
    text = _string(value, where)
    alternative = b"-_" if "-" in text or "_" in text else b"+/"
    try:
        data = base64.b64decode(text.encode("ascii"), altchars=alternative, validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise EnvelopeError(f"{where}: not base64") from None
    if base64.b64encode(data, alternative).decode() != text:
        raise EnvelopeError(f"{where}: not canonical base64")
    if len(data) > limit:
        raise EnvelopeError(f"{where}: {len(data)} bytes, more than {limit}")
    return data
