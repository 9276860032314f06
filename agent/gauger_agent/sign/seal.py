"""Puts signatures around a payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gauger_agent.manifest.envelope import PAYLOAD_TYPE, Envelope, Signature, write
from gauger_agent.manifest.limits import MAX_SIGNATURES
from gauger_agent.manifest.pae import pae
from gauger_agent.sign.signer import Signer


def seal(payload: bytes, signers: Sequence[Signer], payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Return the bytes of an envelope around ``payload`` with one signature per signer.

    ``payload_type`` is signed too: a manifest's, unless the payload is something else.

    Raises:
        ValueError: no signer; an envelope without a signature is no manifest.
    """
    if not signers:
        raise ValueError("an envelope needs a signer")
    message = pae(payload_type, payload)
    signatures = tuple(Signature(signer.keyid, signer.sign(message)) for signer in signers)
    return write(Envelope(payload_type, payload, signatures))


def countersign(envelope: Envelope, signer: Signer) -> Envelope:
    """Return ``envelope`` with one more signature, over the same bytes as the others.

    Raises:
        ValueError: it carries as many signatures as a reader takes.
    """
    if len(envelope.signatures) >= MAX_SIGNATURES:
        raise ValueError(f"it carries {MAX_SIGNATURES} signatures already")
    message = pae(envelope.payload_type, envelope.payload)
    added = Signature(signer.keyid, signer.sign(message))
    return replace(envelope, signatures=(*envelope.signatures, added))
