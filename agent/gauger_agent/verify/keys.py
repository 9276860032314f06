"""Public keys that the verifier already has: Ed25519 or ECDSA on P-256, from PEM.

Both have one fixed SubjectPublicKeyInfo form (RFC 8410 section 4; RFC 5480 section 2 with the
uncompressed point), so they are told apart by their leading bytes and every other key is
refused by name. The keyid is OpenSSH's fingerprint of the key (RFC 4253 section 6.6, RFC 5656
section 3.1, RFC 8709 section 4), as ``ssh-keygen -lf`` prints it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

_ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")
_P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

#: DER object identifiers of keys that people have at hand, to refuse them by name.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (bytes.fromhex("06092a864886f70d0101"), "an RSA key"),
    (bytes.fromhex("06052b81040022"), "an ECDSA key on P-384"),
    (bytes.fromhex("06052b81040023"), "an ECDSA key on P-521"),
    (bytes.fromhex("06052b8104000a"), "an ECDSA key on secp256k1"),
    (bytes.fromhex("06082a8648ce3d030107"), "a P-256 key whose point is not written in full"),
    (bytes.fromhex("06032b6571"), "an Ed448 key"),
    (bytes.fromhex("06032b656e"), "an X25519 key"),
)

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----", re.ASCII)

# The curve P-256 (FIPS 186-4, D.1.2.3): y² = x³ - 3x + b over the integers modulo p.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class KeyRefusedError(ValueError):
    """Not a public key that signatures are checked with; the message says what it is."""


class Algorithm(StrEnum):
    """How a key signs. It follows from the key alone, never from a manifest."""

    ED25519 = "ed25519"
    ECDSA_P256 = "ecdsa-p256-sha256"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that the verifier has, under the verifier's own name for it.

    ``keyid`` is the OpenSSH fingerprint, ``spki_sha256`` the SHA-256 (hex) of ``der``, the
    SubjectPublicKeyInfo; ``role`` is what the verifier's policy says that the holder is, ``hsm``
    whether it says that the private key is kept in hardware.
    """

    label: str
    keyid: str
    spki_sha256: str
    algorithm: Algorithm
    der: bytes
    role: str | None = None
    hsm: bool = False

    @property
    def hint(self) -> str:
        """What a Sigstore bundle calls the key: base64 of ``spki_sha256``'s bytes."""
        return base64.b64encode(bytes.fromhex(self.spki_sha256)).decode()

    @property
    def pem(self) -> bytes:
        """The key as SubjectPublicKeyInfo in PEM (RFC 7468)."""
        body = base64.b64encode(self.der).decode()
        lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()


def trusted_key(pem: bytes, label: str) -> TrustedKey:
    """Return the one public key in ``pem``, to be called ``label``.

    Raises:
        KeyRefusedError: no key, several, a private key, or a kind that is not accepted.
    """
    der = _public_der(pem)
    algorithm = _algorithm(der)
    fingerprint = hashlib.sha256(_ssh_wire(algorithm, der)).digest()
    keyid = "SHA256:" + base64.b64encode(fingerprint).decode().rstrip("=")
    return TrustedKey(label, keyid, hashlib.sha256(der).hexdigest(), algorithm, der)


def _public_der(pem: bytes) -> bytes:
    text = pem.decode("ascii", "replace")
    if text.lstrip().startswith(("ssh-", "ecdsa-sha2-")):
        raise KeyRefusedError(
            "an OpenSSH key line; write it as PEM: ssh-keygen -e -m PKCS8 -f FILE"
        )
    blocks = _PEM.findall(text)
    if len(blocks) != 1 or text.count("-----BEGIN ") != 1:
        raise KeyRefusedError(f"expected one PEM block, found {len(blocks)}")
    kind, body = blocks[0]
    if kind.endswith("PRIVATE KEY"):
        raise KeyRefusedError("a private key; give the public one (openssl pkey -pubout)")
    if kind == "CERTIFICATE":
        raise KeyRefusedError("a certificate; give its public key (openssl x509 -pubkey -noout)")
    if kind != "PUBLIC KEY":
        raise KeyRefusedError(f"a PEM block of kind {kind[:40]!r}, not a public key")
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        raise KeyRefusedError("the PEM block is not base64") from None


def _algorithm(der: bytes) -> Algorithm:
    if der.startswith(_ED25519_PREFIX) and len(der) == len(_ED25519_PREFIX) + 32:
        return Algorithm.ED25519
    if der.startswith(_P256_PREFIX) and len(der) == len(_P256_PREFIX) + 64:
        if not _on_p256(der[-64:]):
            raise KeyRefusedError("not a point on P-256")
        return Algorithm.ECDSA_P256
    named = (name for oid, name in _OTHERS if oid in der[:40])
    found = next(named, "not a key that is known here")
    raise KeyRefusedError(f"{found}; only Ed25519 and ECDSA P-256 are accepted")


def _on_p256(point: bytes) -> bool:
    x, y = int.from_bytes(point[:32]), int.from_bytes(point[32:])
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def _ssh_wire(algorithm: Algorithm, der: bytes) -> bytes:
    if algorithm is Algorithm.ED25519:
        return _ssh_string(b"ssh-ed25519") + _ssh_string(der[-32:])
    names = _ssh_string(b"ecdsa-sha2-nistp256") + _ssh_string(b"nistp256")
    return names + _ssh_string(der[-65:])


def _ssh_string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
