"""Writes a private key under a passphrase, in the form that OpenSSL and others read.

PKCS#8 EncryptedPrivateKeyInfo (RFC 5958 section 3) with PBES2 (RFC 8018 section 6.2): PBKDF2 with
HMAC-SHA-256, AES-256-CBC. The library's own writer stretches the passphrase 2,048 times only, which
a thief tries by the million; hence this one. Reading is the library's.
"""

from __future__ import annotations

import base64
import os
import textwrap

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

#: Rounds of PBKDF2: OWASP's Password Storage Cheat Sheet asks for 600,000 with HMAC-SHA-256.
ROUNDS = 600_000

# Object identifiers in DER: RFC 8018 appendix C, RFC 3565 section 4.1 (AES-256-CBC).
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_NULL = bytes.fromhex("0500")
_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30


def encrypted_pem(pkcs8: bytes, passphrase: bytes) -> bytes:
    """Return ``pkcs8`` (PrivateKeyInfo in DER) encrypted under ``passphrase``, in PEM."""
    salt, vector = os.urandom(16), os.urandom(16)
    key = PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(passphrase)
    padder = PKCS7(AES256.block_size).padder()
    encryptor = Cipher(AES256(key), CBC(vector)).encryptor()
    hidden = encryptor.update(padder.update(pkcs8) + padder.finalize()) + encryptor.finalize()
    rounds = _tlv(_INTEGER, ROUNDS.to_bytes(ROUNDS.bit_length() // 8 + 1))
    stretched = _sequence(_tlv(_OCTETS, salt), rounds, _sequence(_HMAC_SHA256, _NULL))
    scheme = _sequence(
        _sequence(_PBKDF2, stretched), _sequence(_AES_256_CBC, _tlv(_OCTETS, vector))
    )
    return pem("ENCRYPTED PRIVATE KEY", _sequence(_sequence(_PBES2, scheme), _tlv(_OCTETS, hidden)))


def pem(kind: str, der: bytes) -> bytes:
    """Return ``der`` as one PEM block (RFC 7468)."""
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n".encode()


def _sequence(*parts: bytes) -> bytes:
    return _tlv(_SEQUENCE, b"".join(parts))


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content
