"""What every kind of signing key can do, wherever it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from gauger_agent.errors import UsageError

#: Yields the passphrase (bytes of UTF-8) of a key that needs one; called only then.
Unlock: TypeAlias = Callable[[], bytes]


class WrongPassphraseError(UsageError):
    """A passphrase does not open the key that it was given for."""


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
