"""``gauger export``, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.bundle import is_bundle
from gauger_agent.manifest.envelope import read
from support.command import gauger
from support.manifests import OPERATOR, STRANGER, sample_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pub.pem").write_bytes(OPERATOR.public_pem())
    (tmp_path / "server.gauger.json").write_bytes(sample_manifest(OPERATOR))
    return tmp_path


def test_a_bundle_lies_beside_its_manifest_and_verifies_like_it(folder: Path) -> None:
    key = folder / "pub.pem"
    done = gauger(
        "export", "bundle", folder / "server.gauger.json", "--key", key, "--json", home=folder
    )
    assert done.code == ExitCode.DONE
    place = folder / "server.sigstore.json"
    assert done.json["path"] == str(place)
    answers = [
        gauger("verify", file, "--key", key, "--json", home=folder).json
        for file in (place, folder / "server.gauger.json")
    ]
    assert answers[0]["payloadSha256"] == answers[1]["payloadSha256"] is not None
    assert answers[0]["exitCode"] == answers[1]["exitCode"]


def test_it_goes_where_it_is_told(folder: Path) -> None:
    asked = (
        "export",
        "bundle",
        folder / "server.gauger.json",
        "--key",
        folder / "pub.pem",
        "--out",
    )
    assert is_bundle(gauger(*asked, "-", home=folder).out.encode())
    assert gauger(*asked, folder / "b.json", home=folder).code == ExitCode.DONE
    assert is_bundle((folder / "b.json").read_bytes())
    assert gauger(*asked, folder / "no" / "b.json", home=folder).code == ExitCode.OUTPUT_UNWRITABLE


def test_what_cannot_be_exported_is_one_line_and_its_code(folder: Path) -> None:
    (folder / "other.json").write_bytes(sample_manifest(STRANGER))
    for file, form, code in (
        ("other.json", "bundle", ExitCode.NOT_BELIEVED),
        ("none.json", "bundle", ExitCode.INPUT_UNREADABLE),
        ("other.json", "parquet", ExitCode.USAGE),
    ):
        done = gauger("export", form, folder / file, "--key", folder / "pub.pem", home=folder)
        assert done.code == code
        assert len(done.err.splitlines()) == 1
    assert not (folder / "other.sigstore.json").exists()


def test_a_bundle_is_countersigned_into_a_file_of_its_own(folder: Path) -> None:
    key = folder / "pub.pem"
    gauger("export", "bundle", folder / "server.gauger.json", "--key", key, home=folder)
    gauger("keys", "new", home=folder / "warehouse")
    asked = ("countersign", folder / "server.sigstore.json", "--key", key)
    done = gauger(*asked, home=folder / "warehouse")
    assert done.code == ExitCode.USAGE
    assert "one signature" in done.err
    assert is_bundle((folder / "server.sigstore.json").read_bytes())
    both = folder / "both.json"
    assert gauger(*asked, "--output", both, home=folder / "warehouse").code == ExitCode.DONE
    signatures = read(both.read_bytes()).signatures
    assert len(signatures) == 2
    assert signatures[0].keyid == OPERATOR.keyid
    assert "mediaType" not in json.loads(both.read_bytes())
