"""An Ed25519 key in a file (PKCS#8 PEM, mode 0600).

It shows that the holder of the file signed; not which machine was probed, nor that its operating
system told the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gauger_agent.errors import UsageError
from gauger_agent.manifest.limits import MAX_KEY_FILE
from gauger_agent.read import read_bounded
from gauger_agent.verify.keys import trusted_key
from gauger_agent.write import write_new

_ADVICE = "Make one with: gauger keys new"


@dataclass(frozen=True, slots=True)
class FileKey:
    """A signer whose private key is in memory."""

    _private: Ed25519PrivateKey

    @property
    def keyid(self) -> str:
        """The key's OpenSSH fingerprint, as ``ssh-keygen -lf`` prints it."""
        return trusted_key(self.public_pem(), "own").keyid

    def public_pem(self) -> bytes:
        """Return the public key as SubjectPublicKeyInfo in PEM."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature (RFC 8032) over ``message``."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"FileKey({self.keyid})"


def create(path: Path) -> FileKey:
    """Make a key and write it to ``path``, where nothing may stand yet, readable by its owner.

    Raises:
        OutputUnwritable: something stands there, or it cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    write_new(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    return FileKey(private)


def load(path: Path) -> FileKey:
    """Return the key in ``path``.

    Raises:
        InputUnreadable: there is no such file, or it cannot be read.
        UsageError: what it holds is no unencrypted Ed25519 key in PEM.
    """
    private: object
    try:
        private = load_pem_private_key(_read(path), password=None)
    except TypeError:
        advice = "Decrypt it first: openssl pkey -in FILE -out NEW"
        raise UsageError(f"{path}: the private key is encrypted", advice) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(f"{path}: not a private key in PEM", _ADVICE) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"{path}: the private key is not Ed25519", _ADVICE)
    return FileKey(private)


def _read(path: Path) -> bytes:
    data = read_bounded(path, MAX_KEY_FILE)
    if len(data) > MAX_KEY_FILE:
        raise UsageError(f"{path}: longer than {MAX_KEY_FILE} bytes, not a private key", _ADVICE)
    return data
