"""Keys in files: how they are made, kept, loaded and refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from gauger_agent.errors import InputUnreadable, OutputUnwritable, UsageError
from gauger_agent.sign.file_key import create, load
from gauger_agent.verify.keys import trusted_key
from gauger_agent.verify.signature import BadSignatureError, verify_bytes
from support.manifests import OPERATOR


def _pem(
    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
    encryption: KeySerializationEncryption,
) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def test_a_new_key_is_kept_for_its_owner_alone_and_loads_as_the_same(tmp_path: Path) -> None:
    path = tmp_path / "default.pem"
    key = create(path)
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


def test_what_it_signs_verifies_under_its_public_key_and_nothing_else_does(tmp_path: Path) -> None:
    key = create(tmp_path / "key")
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
    "is encrypted": _pem(ED25519, BestAvailableEncryption(b"secret")),
    "is not Ed25519": _pem(ec.generate_private_key(ec.SECP256R1()), NoEncryption()),
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


def test_a_key_is_never_printed(tmp_path: Path) -> None:
    key = create(tmp_path / "key")
    assert repr(key) == f"FileKey({key.keyid})"
