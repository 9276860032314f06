"""First half of verifying: which bytes are proven, and by whom. Nothing inside them is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from gauger_agent.manifest.envelope import PAYLOAD_TYPE, Envelope, EnvelopeError, read
from gauger_agent.manifest.pae import pae
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.ledger import Ledger
from gauger_agent.verify.options import Options
from gauger_agent.verify.signature import BadSignatureError, verify_bytes


@dataclass(frozen=True, slots=True)
class Proven:
    """Payload bytes that at least one trusted key signed, and the distinct keys that did."""

    payload: bytes
    keys: tuple[TrustedKey, ...]

    @property
    def payload_sha256(self) -> str:
        """The payload's SHA-256 (hex): what identifies a manifest."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class _Signers:
    """The distinct keys that signed: those that count, and those that are revoked."""

    counted: tuple[TrustedKey, ...]
    revoked: tuple[TrustedKey, ...]


def prove(
    data: bytes, options: Options, ledger: Ledger, payload_type: str = PAYLOAD_TYPE
) -> Proven | None:
    """Return what the envelope in ``data`` proves, or ``None`` with the reasons in ``ledger``.

    ``payload_type`` is what it has to hold: a manifest, unless something else is asked for. The
    payload may be read only if ``ledger`` then settles: its type can still be another.
    """
    try:
        envelope = read(data)
    except EnvelopeError as error:
        ledger.failed(
            "envelope",
            "a DSSE envelope or a Sigstore bundle v0.3",
            str(error),
            "Ask for the file again: it was damaged or changed, or is another file.",
        )
        return None
    ledger.passed("envelope")
    _check_type(envelope, payload_type, ledger)
    signers = _signers(envelope, options)
    if not signers.counted:
        _refuse_signature(envelope, options.trusted, signers, ledger)
        return None
    keys = signers.counted
    ledger.passed("signature", f"{len(envelope.signatures)} in the file, {len(keys)} trusted")
    ledger.passed("signer", _labels(keys))
    set_aside = f"{_labels(signers.revoked)}: revoked, does not count" if signers.revoked else None
    ledger.passed("revocation", set_aside)
    return Proven(envelope.payload, keys)


def _check_type(envelope: Envelope, payload_type: str, ledger: Ledger) -> None:
    if envelope.payload_type == payload_type:
        ledger.passed("payloadType")
        return
    ledger.failed(
        "payloadType",
        payload_type,
        envelope.payload_type or "nothing",
        "This is a signed document of another kind, or its type was changed.",
    )


def _signers(envelope: Envelope, options: Options) -> _Signers:
    gone = {key.spki_sha256 for key in options.revoked}
    known = {key.spki_sha256: key for key in (*options.revoked, *options.trusted)}
    made = _signing_keys(envelope, known.values())
    return _Signers(
        tuple(key for key in made if key.spki_sha256 not in gone),
        tuple(key for key in made if key.spki_sha256 in gone),
    )


def _signing_keys(envelope: Envelope, known: Iterable[TrustedKey]) -> list[TrustedKey]:
    """Try every signature with every known key, whatever its keyid says."""
    message = pae(envelope.payload_type, envelope.payload)
    signatures = {entry.sig for entry in envelope.signatures}
    return [key for key in known if any(made(key, sig, message) for sig in signatures)]


def made(key: TrustedKey, sig: bytes, message: bytes) -> bool:
    """Return whether ``key`` made ``sig`` over ``message``."""
    try:
        verify_bytes(key, sig, message)
    except BadSignatureError:
        return False
    return True


def _refuse_signature(
    envelope: Envelope, trusted: tuple[TrustedKey, ...], signers: _Signers, ledger: Ledger
) -> None:
    """Say which refusal it is: all that keyids and a hint decide is whether a key is named."""
    if signers.revoked:
        _refuse_revoked(signers.revoked, ledger)
        return
    keyids = {entry.keyid for entry in envelope.signatures} | {envelope.hint}
    named = [key.label for key in trusted if keyids & {key.keyid, key.hint}]
    if named:
        ledger.failed(
            "signature",
            "a signature that a trusted key verifies",
            f"names {', '.join(named)}, and does not verify",
            "It was changed after it was signed. Ask for it again from its source.",
        )
        ledger.not_done("signer", "named in the file, not proven")
        return
    ledger.not_done("signature", "not checked: none of the verifier's keys is named")
    shown = ", ".join(sorted(keyids - {""})) or "(none)"
    ledger.failed(
        "signer",
        f"one of {len(trusted)} trusted keys",
        f"signerUnknown, not checked: {shown}",
        "Get the signer's public key by a way that you trust and give it with --key PUB.pem.",
    )


def _refuse_revoked(revoked: tuple[TrustedKey, ...], ledger: Ledger) -> None:
    ledger.not_done("signature", "none by a key that is not revoked")
    ledger.not_done("signer", "its key is revoked")
    ledger.failed(
        "revocation",
        "a signature by a key that is not revoked",
        f"signed by {_labels(revoked)} alone, which is revoked",
        "Whoever holds that key now can sign anything: ask for a file signed by another.",
    )


def _labels(keys: Iterable[TrustedKey]) -> str:
    return ", ".join(key.label for key in keys)
