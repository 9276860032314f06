"""Reads Sigstore bundles, version 0.3, around a DSSE envelope signed with a key that one has.

The form is that of sigstore/protobuf-specs (sigstore_bundle.proto) in protobuf's JSON mapping, with
the lowerCamelCase names alone. Logs, timestamps and the hint are unsigned: they are let through and
never believed. A bundle that rests on a certificate cannot be checked by a key and is refused.
"""

from __future__ import annotations

from gauger_agent.manifest.strict_json import StrictJsonError, parse
from gauger_probes.evidence.codec import kind_of
from gauger_probes.evidence.common import JsonValue

#: The media type, and its older spelling.
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_MEDIA_TYPES = (MEDIA_TYPE, "application/vnd.dev.sigstore.bundle+json;version=0.3")

_TOP = {"mediaType", "verificationMaterial", "dsseEnvelope"}
_MATERIAL = {"publicKey", "tlogEntries", "timestampVerificationData"}
#: Fields of the specification that we do not read, and why.
_UNREAD = {
    "messageSignature": "it signs a file, not a statement",
    "certificate": "it rests on a certificate, and only keys are believed here",
    "x509CertificateChain": "it rests on a certificate, and only keys are believed here",
}


class BundleError(ValueError):
    """Not a bundle that is read here; the message says why."""


def is_bundle(data: bytes) -> bool:
    """Return whether ``data`` says that it is a bundle (of whatever version)."""
    try:
        return claims_bundle(parse(data))
    except StrictJsonError:
        return False


def claims_bundle(value: JsonValue) -> bool:
    """Return whether a parsed document says that it is a bundle: no envelope has a media type."""
    return isinstance(value, dict) and "mediaType" in value


def unwrap(value: JsonValue) -> tuple[dict[str, JsonValue], str]:
    """Return the DSSE envelope in a parsed bundle, with exactly one signature, and the hint.

    Raises:
        BundleError: another version, another content, or a field that the specification lacks.
    """
    fields = _object(value, "bundle", _TOP)
    kind = fields.get("mediaType")
    if kind not in _MEDIA_TYPES:
        raise BundleError(f"bundle.mediaType: {str(kind)[:80]!a}, not {MEDIA_TYPE}")
    hint = _hint(fields.get("verificationMaterial"))
    envelope = fields.get("dsseEnvelope")
    if not isinstance(envelope, dict):
        raise BundleError(f"bundle.dsseEnvelope: expected an object, found {kind_of(envelope)}")
    signatures = envelope.get("signatures")
    if isinstance(signatures, list) and len(signatures) != 1:
        raise BundleError(f"bundle.dsseEnvelope: {len(signatures)} signatures, not one")
    return envelope, hint


def _hint(value: JsonValue) -> str:
    where = "bundle.verificationMaterial"
    material = _object(value, where, _MATERIAL)
    key = _object(material.get("publicKey"), f"{where}.publicKey", {"hint"})
    hint = key.get("hint", "")
    if not isinstance(hint, str):
        raise BundleError(f"{where}.publicKey.hint: expected a string")
    if not isinstance(material.get("tlogEntries", []), list):
        raise BundleError(f"{where}.tlogEntries: expected a list")
    if not isinstance(material.get("timestampVerificationData", {}), dict):
        raise BundleError(f"{where}.timestampVerificationData: expected an object")
    return hint


def _object(value: JsonValue, where: str, known: set[str]) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise BundleError(f"{where}: expected an object, found {kind_of(value)}")
    for name in value:
        if name in _UNREAD:
            raise BundleError(f"{where}.{name}: {_UNREAD[name]}")
        if name not in known:
            raise BundleError(f"{where}: unknown field {name[:64]!a}")
    return value
