"""Writes Sigstore bundles, version 0.3: one signature, an empty key id, and a hint at the key."""

from __future__ import annotations

import base64
import json

from gauger_agent.manifest.bundle import MEDIA_TYPE
from gauger_agent.manifest.envelope import Envelope


def wrap(envelope: Envelope, spki_sha256: bytes) -> bytes:
    """Return the bundle around ``envelope``, which has one signature, as one line of JSON.

    ``spki_sha256``, the digest of the key's SubjectPublicKeyInfo, becomes the hint in base64 (the
    key id of RFC 6962, section 3.2, as the specification recommends).

    Raises:
        ValueError: there is not exactly one signature.
    """
    (signature,) = envelope.signatures
    body = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {
            "publicKey": {"hint": _text(spki_sha256)},
            "tlogEntries": [],
        },
        "dsseEnvelope": {
            "payload": _text(envelope.payload),
            "payloadType": envelope.payload_type,
            "signatures": [{"sig": _text(signature.sig), "keyid": ""}],
        },
    }
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
