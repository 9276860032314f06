"""What every kind of signing key can do, wherever it is kept."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """A private key that signs manifests."""

    @property
    def keyid(self) -> str:
        """The key's OpenSSH fingerprint, ``SHA256:<unpadded base64>``."""
        ...

    def public_pem(self) -> bytes:
        """Return the public key as SubjectPublicKeyInfo in PEM."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, a pre-authentication encoding."""
        ...
