"""Whether one signature over given bytes is by one trusted key: the only cryptography here."""

from __future__ import annotations

from gauger_agent.verify.keys import Algorithm, TrustedKey


class BadSignatureError(Exception):
    """The key did not make this signature over these bytes."""


def verify_bytes(key: TrustedKey, signature: bytes, message: bytes) -> None:
    """Return if ``key`` made ``signature`` over ``message``, else raise.

    The key decides the algorithm: Ed25519 (RFC 8032, 64 bytes), or ECDSA on P-256 with SHA-256
    (X9.62 DER). ECDSA also accepts the mirrored signature (r, n - s), so the bytes of a
    signature or an envelope never identify a manifest.

    Raises:
        BadSignatureError: it did not.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    public = load_der_public_key(key.der)
    try:
        if key.algorithm is Algorithm.ED25519 and isinstance(public, Ed25519PublicKey):
            public.verify(signature, message)
        elif key.algorithm is Algorithm.ECDSA_P256 and isinstance(public, EllipticCurvePublicKey):
            public.verify(signature, message, ECDSA(SHA256()))
        else:
            raise RuntimeError(f"key {key.label!r} is not {key.algorithm}")
    except InvalidSignature:
        raise BadSignatureError from None
