"""Which public keys are accepted, what they are called, and what is said of the others."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from gauger_agent.sign.signer import Signer
from gauger_agent.verify.keys import Algorithm, KeyRefusedError, trusted_key
from support.manifests import OPERATOR, TOKEN

_ANY_PUBLIC = (
    ed25519.Ed25519PublicKey
    | ec.EllipticCurvePublicKey
    | rsa.RSAPublicKey
    | ed448.Ed448PublicKey
    | x25519.X25519PublicKey
)


def _pem(public: _ANY_PUBLIC) -> bytes:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _refusal(pem: bytes) -> str:
    with pytest.raises(KeyRefusedError) as refused:
        trusted_key(pem, "x")
    return str(refused.value)


@pytest.mark.parametrize(
    ("signer", "algorithm"),
    [(OPERATOR, Algorithm.ED25519), (TOKEN, Algorithm.ECDSA_P256)],
    ids=["ed25519", "p256"],
)
def test_ed25519_and_p256_keys_are_accepted(signer: Signer, algorithm: Algorithm) -> None:
    key = trusted_key(signer.public_pem(), "ours")
    public = load_pem_public_key(signer.public_pem())
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert (key.label, key.algorithm, key.der) == ("ours", algorithm, der)
    assert key.spki_sha256 == hashlib.sha256(der).hexdigest()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.parametrize("signer", [OPERATOR, TOKEN], ids=["ed25519", "p256"])
def test_the_keyid_is_what_ssh_keygen_prints(signer: Signer, tmp_path: Path) -> None:
    public = load_pem_public_key(signer.public_pem())
    file = tmp_path / "key.pub"
    file.write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    command = ["ssh-keygen", "-lf", str(file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert trusted_key(signer.public_pem(), "x").keyid == printed.split()[1]


OTHERS: dict[str, Callable[[], _ANY_PUBLIC]] = {
    "an RSA key": lambda: rsa.generate_private_key(65537, 2048).public_key(),
    "an ECDSA key on P-384": lambda: ec.generate_private_key(ec.SECP384R1()).public_key(),
    "an ECDSA key on P-521": lambda: ec.generate_private_key(ec.SECP521R1()).public_key(),
    "an ECDSA key on secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()).public_key(),
    "an Ed448 key": lambda: ed448.Ed448PrivateKey.generate().public_key(),
    "an X25519 key": lambda: x25519.X25519PrivateKey.generate().public_key(),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_every_other_kind_of_key_is_refused_by_name(kind: str) -> None:
    assert _refusal(_pem(OTHERS[kind]())).startswith(kind)


def test_a_point_off_the_curve_is_refused() -> None:
    der = bytearray(trusted_key(TOKEN.public_pem(), "x").der)
    der[-1] ^= 1
    body = base64.b64encode(bytes(der))
    pem = b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"
    assert _refusal(pem) == "not a point on P-256"


def test_a_compressed_point_is_refused_by_name() -> None:
    command = ["openssl", "pkey", "-pubin", "-pubout", "-ec_conv_form", "compressed"]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    pem = subprocess.run(command, input=TOKEN.public_pem(), capture_output=True, check=True).stdout
    assert "not written in full" in _refusal(pem)


def test_a_private_key_is_refused_and_its_owner_told() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert _refusal(pem).startswith("a private key")


def test_an_openssh_line_is_refused_with_the_command_that_converts_it() -> None:
    public = load_pem_public_key(OPERATOR.public_pem())
    assert "ssh-keygen" in _refusal(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "found 0"),
        (b"\xff\xfe", "found 0"),
        (OPERATOR.public_pem() + TOKEN.public_pem(), "found 2"),
        (OPERATOR.public_pem()[:-10], "found 0"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "a certificate"),
        (b"-----BEGIN PGP THING-----\nAAAA\n-----END PGP THING-----", "'PGP THING'"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAAA\n-----END PUBLIC KEY-----", "not base64"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "not a key"),
        (b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", "not a key"),
    ],
)
def test_what_is_no_public_key_is_refused_with_its_reason(pem: bytes, reason: str) -> None:
    assert reason in _refusal(pem)


def test_a_key_with_bytes_after_it_is_refused() -> None:
    der = trusted_key(OPERATOR.public_pem(), "x").der + b"\0"
    body = base64.b64encode(der).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()
    assert "only Ed25519 and ECDSA P-256" in _refusal(pem)
