"""Keys in files: how they are made, kept, loaded and refused."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gauger_agent.errors import InputUnreadable, OutputUnwritable, UsageError
from gauger_agent.sign.encrypted_pem import ROUNDS
from gauger_agent.sign.file_key import create, is_locked, load, public_pem, states_public
from gauger_agent.sign.signer import WrongPassphraseError
from gauger_agent.verify.keys import Algorithm, trusted_key
from gauger_agent.verify.signature import BadSignatureError, verify_bytes
from support.manifests import OPERATOR


def _pem(
    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
    encryption: KeySerializationEncryption,
) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


BOTH = pytest.mark.parametrize("algorithm", list(Algorithm))


@BOTH
def test_a_new_key_is_kept_for_its_owner_alone_and_loads_as_the_same(
    algorithm: Algorithm, tmp_path: Path
) -> None:
    path = tmp_path / "default.pem"
    key = create(path, algorithm)
    assert trusted_key(key.public_pem(), "x").algorithm is algorithm
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert load(path).public_pem() == key.public_pem()
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "default.pem"
    before = create(path).keyid
    with pytest.raises(OutputUnwritable, match="File exists"):
        create(path)
    assert load(path).keyid == before


def test_two_new_keys_differ(tmp_path: Path) -> None:
    assert create(tmp_path / "a").keyid != create(tmp_path / "b").keyid


@BOTH
def test_what_it_signs_verifies_under_its_public_key_and_nothing_else_does(
    algorithm: Algorithm, tmp_path: Path
) -> None:
    key = create(tmp_path / "key", algorithm)
    public = trusted_key(key.public_pem(), "x")
    verify_bytes(public, key.sign(b"message"), b"message")
    with pytest.raises(BadSignatureError):
        verify_bytes(public, key.sign(b"message"), b"other")
    with pytest.raises(BadSignatureError):
        verify_bytes(public, OPERATOR.sign(b"message"), b"message")
    assert key.keyid == public.keyid


def test_a_missing_key_is_told_how_to_make_one_or_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="No such file"):
        load(tmp_path / "none")


ED25519 = ed25519.Ed25519PrivateKey.generate()
REFUSED = {
    "not a private key": b"hello",
    "not a private key in PEM": OPERATOR.public_pem(),
    "longer than": b"x" * 20_000,
    "is locked by a passphrase": _pem(ED25519, BestAvailableEncryption(b"secret")),
    "neither Ed25519 nor ECDSA P-256": _pem(
        ec.generate_private_key(ec.SECP384R1()), NoEncryption()
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_an_unusable_key_is_refused_with_its_reason_and_without_its_content(
    reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(REFUSED[reason])
    with pytest.raises(UsageError) as refused:
        load(path)
    assert reason in refused.value.message
    assert str(path) in refused.value.message
    assert refused.value.advice


@BOTH
def test_a_locked_key_opens_with_its_passphrase_alone(algorithm: Algorithm, tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = create(path, algorithm, b"five odd words in line")
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert is_locked(path)
    assert load(path, lambda: b"five odd words in line").keyid == key.keyid
    with pytest.raises(WrongPassphraseError, match="does not open"):
        load(path, lambda: b"five odd words in Line")
    with pytest.raises(UsageError) as refused:
        load(path)
    assert "--passphrase-file" in refused.value.advice


def test_nobody_is_asked_for_the_passphrase_of_a_key_that_has_none(tmp_path: Path) -> None:
    key = create(tmp_path / "key")
    assert not is_locked(tmp_path / "key")
    assert load(tmp_path / "key", lambda: pytest.fail("asked")).keyid == key.keyid


def test_the_public_half_of_a_locked_key_is_read_without_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = create(path, passphrase=b"lost")
    assert states_public(path)
    assert public_pem(path) == key.public_pem()


def test_a_key_from_elsewhere_that_does_not_state_its_public_half_is_unlocked_for_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key"
    path.write_bytes(_pem(ED25519, BestAvailableEncryption(b"secret")))
    assert not states_public(path)
    public = ED25519.public_key()
    assert public_pem(path, lambda: b"secret") == public.public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@BOTH
def test_openssl_opens_a_locked_key_and_finds_the_passphrase_stretched(
    algorithm: Algorithm, tmp_path: Path
) -> None:
    key = create(tmp_path / "key", algorithm, b"five odd words")
    (tmp_path / "words").write_text("five odd words")
    command = ["openssl", "pkey", "-in", "key", "-passin", "file:words", "-pubout"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == key.public_pem()
    command = ["openssl", "asn1parse", "-in", "key"]
    parsed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f":{ROUNDS:06X}" in parsed.stdout


def test_a_key_is_never_printed(tmp_path: Path) -> None:
    key = create(tmp_path / "key")
    assert repr(key) == f"FileKey({key.keyid})"
