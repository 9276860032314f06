"""A manifest as a Sigstore bundle v0.3: the same payload bytes under one chosen signature.

A bundle holds exactly one signature, so that a manifest that several parties signed becomes one
bundle each. The signature's key id stays empty: verifiers skip a signature whose id is not the one
that they compute, each in its own way.
"""

from __future__ import annotations

from dataclasses import replace

from gauger_agent.errors import UsageError
from gauger_agent.manifest.bundle_writing import wrap
from gauger_agent.manifest.envelope import Envelope, Signature, read
from gauger_agent.manifest.pae import pae
from gauger_agent.trust.choose import Trust
from gauger_agent.verify.authenticity import made, prove
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options


def export(data: bytes, trust: Trust) -> bytes:
    """Return the bundle with the signature of the one trusted key that signed ``data``.

    Raises:
        Refused: no trusted key signed it, or it is no manifest.
        UsageError: several trusted keys did, so that one has to be chosen.
    """
    key = _chosen(data, trust)
    envelope = read(data)
    alone = replace(envelope, signatures=(_signature(envelope, key),))
    return wrap(alone, bytes.fromhex(key.spki_sha256))


def _chosen(data: bytes, trust: Trust) -> TrustedKey:
    ledger = Ledger()
    proven = prove(data, Options(trust.keys, trust.revoked), ledger)
    ledger.settle()
    if proven is None:
        raise RuntimeError("unproven, and no rule says why")
    if len(proven.keys) > 1:
        names = ", ".join(key.label for key in proven.keys)
        message = f"signed by {names}, and a bundle holds one signature"
        raise UsageError(message, "Choose its key: --key PUB.pem")
    return proven.keys[0]


def _signature(envelope: Envelope, key: TrustedKey) -> Signature:
    message = pae(envelope.payload_type, envelope.payload)
    return next(entry for entry in envelope.signatures if made(key, entry.sig, message))
