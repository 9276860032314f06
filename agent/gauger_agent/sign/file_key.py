"""An Ed25519 or ECDSA P-256 key in a file (PKCS#8 PEM, mode 0600), under a passphrase or not.

It shows that the holder of the file signed; not which machine was probed, nor that its operating
system told the truth. The file's second block is the public key, so that a key whose passphrase
is not at hand can still be named, exported and retired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeGuard

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
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
from gauger_agent.sign.encrypted_pem import encrypted_pem
from gauger_agent.sign.signer import Unlock, WrongPassphraseError
from gauger_agent.verify.keys import Algorithm, trusted_key
from gauger_agent.write import write_new

_ADVICE = "Make one with: gauger keys new"
_PUBLIC = re.compile(rb"-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----\s*")

_Private: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class FileKey:
    """A signer whose private key is in memory."""

    _private: _Private

    @property
    def keyid(self) -> str:
        """The key's OpenSSH fingerprint, as ``ssh-keygen -lf`` prints it."""
        return trusted_key(self.public_pem(), "own").keyid

    def public_pem(self) -> bytes:
        """Return the public key as SubjectPublicKeyInfo in PEM."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``.

        64 bytes of Ed25519 (RFC 8032), or ECDSA with SHA-256 in DER (X9.62).
        """
        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.sign(message)
        return self._private.sign(message, ECDSA(SHA256()))

    def __repr__(self) -> str:
        return f"FileKey({self.keyid})"


def create(
    path: Path, algorithm: Algorithm = Algorithm.ED25519, passphrase: bytes | None = None
) -> FileKey:
    """Make a key and write it to ``path``, where nothing may stand yet, readable by its owner.

    Raises:
        OutputUnwritable: something stands there, or it cannot be written.
    """
    key = FileKey(_generated(algorithm))
    write_new(path, _private_pem(key, passphrase) + key.public_pem(), 0o600)
    return key


def load(path: Path, unlock: Unlock | None = None) -> FileKey:
    """Return the key in ``path``; ``unlock`` is asked only where a passphrase is needed.

    Raises:
        InputUnreadable: there is no such file, or it cannot be read.
        WrongPassphraseError: the passphrase does not open it.
        UsageError: what it holds is no Ed25519 or P-256 key in PEM, or none opens it.
    """
    data = _read(path)
    private: object
    try:
        private = load_pem_private_key(data, password=None)
    except TypeError:
        private = _unlocked(path, data, unlock)
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(f"{path}: not a private key in PEM", _ADVICE) from None
    if not _is_accepted(private):
        raise UsageError(f"{path}: the private key is neither Ed25519 nor ECDSA P-256", _ADVICE)
    return FileKey(private)


def is_locked(path: Path) -> bool:
    """Return whether a passphrase is needed to use the key in ``path``; nothing is decrypted.

    Raises:
        InputUnreadable, UsageError: it cannot be read, or is too long for a key.
    """
    return b"ENCRYPTED" in _read(path)


def states_public(path: Path) -> bool:
    """Return whether the public key lies beside the private one in ``path``.

    Raises:
        InputUnreadable, UsageError: it cannot be read, or is too long for a key.
    """
    return _PUBLIC.search(_read(path)) is not None


def public_pem(path: Path, unlock: Unlock | None = None) -> bytes:
    """Return the public half of the key in ``path``, without its passphrase where it lies there.

    Raises:
        InputUnreadable, WrongPassphraseError, UsageError: as :func:`load`.
    """
    beside = _PUBLIC.search(_read(path))
    if beside is not None:
        return beside.group()
    return load(path, unlock).public_pem()


def _generated(algorithm: Algorithm) -> _Private:
    if algorithm is Algorithm.ED25519:
        return Ed25519PrivateKey.generate()
    return generate_private_key(SECP256R1())


def _private_pem(key: FileKey, passphrase: bytes | None) -> bytes:
    private = key._private
    if passphrase is None:
        return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return encrypted_pem(der, passphrase)


def _is_accepted(private: object) -> TypeGuard[_Private]:
    if isinstance(private, EllipticCurvePrivateKey):
        return isinstance(private.curve, SECP256R1)
    return isinstance(private, Ed25519PrivateKey)


def _unlocked(path: Path, data: bytes, unlock: Unlock | None) -> object:
    if unlock is None:
        advice = "Give its passphrase in a file: --passphrase-file FILE"
        raise UsageError(f"{path}: the private key is locked by a passphrase", advice)
    try:
        return load_pem_private_key(data, password=unlock())
    except UnsupportedAlgorithm:
        raise UsageError(f"{path}: locked in a way that is not known here", _ADVICE) from None
    except ValueError:
        advice = "Try again, or make another key: gauger keys retire, gauger keys new"
        raise WrongPassphraseError(f"{path}: the passphrase does not open it", advice) from None


def _read(path: Path) -> bytes:
    data = read_bounded(path, MAX_KEY_FILE)
    if len(data) > MAX_KEY_FILE:
        raise UsageError(f"{path}: longer than {MAX_KEY_FILE} bytes, not a private key", _ADVICE)
    return data
