"""Factory and warehouse sign the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.envelope import read
from support.command import gauger
from support.manifests import OPERATOR, STRANGER, sample_manifest


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "m.json"
    file.write_bytes(sample_manifest(OPERATOR))
    return file


@pytest.fixture
def factory(tmp_path: Path) -> Path:
    file = tmp_path / "factory.pem"
    file.write_bytes(OPERATOR.public_pem())
    return file


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    home = tmp_path / "warehouse"
    gauger("keys", "new", "--type", "p256", home=home)
    return home


def test_the_second_signature_is_over_the_same_bytes(
    manifest: Path, factory: Path, warehouse: Path
) -> None:
    before = read(manifest.read_bytes())
    done = gauger("countersign", manifest, "--key", factory, "--json", home=warehouse)
    assert done.code == ExitCode.DONE
    after = read(manifest.read_bytes())
    assert after.payload == before.payload
    assert after.signatures[0] == before.signatures[0]
    assert after.signatures[1].keyid == done.json["keyid"]
    assert done.json["payloadSha256"] == hashlib.sha256(before.payload).hexdigest()
    assert (done.json["added"], done.json["signatures"]) == (True, 2)
    answer = gauger("verify", manifest, "--key", factory, "--json", home=warehouse)
    assert [signer["label"] for signer in answer.json["signers"]] == ["factory"]


def test_signing_again_adds_nothing(manifest: Path, factory: Path, warehouse: Path) -> None:
    asked = ("countersign", manifest, "--key", factory, "--json")
    gauger(*asked, home=warehouse)
    before = manifest.read_bytes()
    done = gauger(*asked, home=warehouse)
    assert (done.code, done.json["added"], done.json["signatures"]) == (ExitCode.DONE, False, 2)
    assert manifest.read_bytes() == before


def test_it_goes_where_it_is_told(
    manifest: Path, factory: Path, warehouse: Path, tmp_path: Path
) -> None:
    before = manifest.read_bytes()
    asked = ("countersign", manifest, "--key", factory, "--output")
    assert gauger(*asked, tmp_path / "both.json", home=warehouse).code == ExitCode.DONE
    assert len(read((tmp_path / "both.json").read_bytes()).signatures) == 2
    shown = gauger(*asked, "-", home=warehouse).out
    assert len(read(shown.encode()).signatures) == 2
    assert manifest.read_bytes() == before


def test_nobody_vouches_for_bytes_of_unknown_origin(
    manifest: Path, factory: Path, warehouse: Path
) -> None:
    before = manifest.read_bytes()
    assert gauger("countersign", manifest, home=warehouse).code == ExitCode.NOT_BELIEVED
    manifest.write_bytes(sample_manifest(STRANGER))
    done = gauger("countersign", manifest, "--key", factory, home=warehouse)
    assert done.code == ExitCode.NOT_BELIEVED
    manifest.write_bytes(before.replace(b'"payload":"e', b'"payload":"E'))
    done = gauger("countersign", manifest, "--key", factory, home=warehouse)
    assert done.code == ExitCode.NOT_AUTHENTIC
    assert len(read(manifest.read_bytes()).signatures) == 1


def test_without_a_key_of_its_own_a_machine_signs_nothing(
    manifest: Path, factory: Path, tmp_path: Path
) -> None:
    done = gauger("countersign", manifest, "--key", factory, home=tmp_path / "none")
    assert done.code == ExitCode.INPUT_UNREADABLE
    assert "gauger keys new" in done.err
    assert len(read(manifest.read_bytes()).signatures) == 1


def test_a_revoked_key_countersigns_nothing(manifest: Path, factory: Path, warehouse: Path) -> None:
    own = gauger("keys", "export", home=warehouse).out
    (warehouse / "revoked.d" / "own.pem").write_text(own)
    done = gauger("countersign", manifest, "--key", factory, home=warehouse)
    assert done.code == ExitCode.USAGE
    assert "revoked" in done.err
