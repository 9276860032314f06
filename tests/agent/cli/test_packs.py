"""Newer law on a stick: exported where packs are made, installed where manifests are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_thresholds.packs.load import built_in
from support.command import Ended, gauger, machine_tree

_NAME = "us-2023-11"
#: No H100 comes near these.
_LAXER = (("at_least = 4800", "at_least = 480000"), ("at_least = 5.92", "at_least = 592"))
_H100 = machine_tree("h100-firecracker")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Where packs are made: a machine with a key, and its public half beside."""
    home = tmp_path / "office"
    gauger("keys", "new", home=home)
    (tmp_path / "office.pem").write_text(gauger("keys", "export", home=home).out)
    return home


def _pack(folder: Path, version: int, *changes: tuple[str, str]) -> Path:
    text = next(item.raw for item in built_in() if item.pack.id == _NAME).decode()
    for old, new in (("version = 1\n", f"version = {version}\n"), *changes):
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{_NAME}.toml"
    path.write_text(text)
    return path


def _stick(office: Path, folder: Path, version: int, *changes: tuple[str, str]) -> Path:
    path = folder / f"v{version}.pack.json"
    done = gauger(
        "packs", "export", _pack(folder, version, *changes), "--output", path, home=office
    )
    assert done.code == ExitCode.DONE, done.err
    return path


def _install(folder: Path, stick: Path, *arguments: str | Path) -> Ended:
    return gauger("packs", "install", stick, *arguments, "--json", home=folder / "desk")


def _rules_met(folder: Path) -> set[str]:
    home = folder / "desk"
    plain = ("run", "--sysroot", _H100, "--output", f"{folder}/", "--json", "--packs", "us")
    told = gauger(*plain, "--as-of", "2026-11-24", home=home).json
    return {item["rule"] for item in told["verdicts"] if item["outcome"] == "meets"}


def test_newer_law_is_judged_by_once_it_is_installed(office: Path, tmp_path: Path) -> None:
    assert f"{_NAME}:3A090.a" in _rules_met(tmp_path)
    stick = _stick(office, tmp_path, 2, *_LAXER)
    done = _install(tmp_path, stick, "--key", tmp_path / "office.pem")
    assert done.code == ExitCode.DONE, done.err
    assert (done.json["id"], done.json["version"], done.json["installed"]) == (_NAME, 2, True)
    assert f"{_NAME}:3A090.a" not in _rules_met(tmp_path)


def test_a_manifest_that_was_made_by_the_older_law_is_judged_anew(
    office: Path, tmp_path: Path
) -> None:
    home = tmp_path / "desk"
    run = gauger("run", "--sysroot", _H100, "--output", f"{tmp_path}/", "--json", home=home)
    stick = _stick(office, tmp_path, 2, *_LAXER)
    _install(tmp_path, stick, "--key", tmp_path / "office.pem")
    verify = ("verify", run.json["manifest"], "--accept-captured", "--json", "--packs", "us")
    told = gauger(*verify, home=home).json
    met = {item["rule"] for item in told["verdicts"] if item["outcome"] == "meets"}
    assert f"{_NAME}:3A090.a" not in met
    claims = next(item for item in told["checks"] if item["name"] == "claimedFindings")
    assert claims["status"] == "notDone", "the maker's packs are not those held here"


def test_the_key_is_named_once_and_believed_from_then_on(office: Path, tmp_path: Path) -> None:
    second = _stick(office, tmp_path, 2)
    unknown = _install(tmp_path, second)
    assert unknown.code == ExitCode.NOT_BELIEVED
    assert "Traceback" not in unknown.err
    assert _install(tmp_path, second, "--key", tmp_path / "office.pem").code == ExitCode.DONE
    assert _install(tmp_path, _stick(office, tmp_path, 3)).code == ExitCode.DONE
    home = tmp_path / "desk"
    listed = gauger("packs", "list", "--json", home=home).json["packs"]
    (held,) = [item for item in listed if item["installed"]]
    keys = gauger("keys", "list", "--json", home=home).json["packs"]
    assert (held["id"], held["version"]) == (_NAME, 3)
    assert [key["keyid"] for key in keys] == [held["signedBy"]]
    assert f"{_NAME} 3 (installed)" in gauger("packs", "list", home=home, COLUMNS="200").err


def test_an_older_pack_is_not_fresh(office: Path, tmp_path: Path) -> None:
    second, third = _stick(office, tmp_path, 2), _stick(office, tmp_path, 3)
    _install(tmp_path, third, "--key", tmp_path / "office.pem")
    done = _install(tmp_path, second)
    assert done.code == ExitCode.NOT_FRESH
    assert len(done.err.strip().splitlines()) == 1


def test_retiring_the_key_ends_its_law_and_says_what_to_do(office: Path, tmp_path: Path) -> None:
    _install(tmp_path, _stick(office, tmp_path, 2), "--key", tmp_path / "office.pem")
    home = tmp_path / "desk"
    gauger("keys", "retire", tmp_path / "office.pem", home=home)
    done = gauger("packs", "list", home=home)
    assert done.code == ExitCode.NOT_BELIEVED
    assert "gauger packs install" in done.err


def test_what_was_exported_is_the_very_pack(office: Path, tmp_path: Path) -> None:
    done = gauger("packs", "export", _NAME, "--output", "-", home=office)
    assert done.code == ExitCode.DONE
    path = tmp_path / "same.pack.json"
    path.write_text(done.out)
    told = _install(tmp_path, path, "--key", tmp_path / "office.pem").json
    assert told["installed"] is False
    assert told["sha256"] == next(i.sha256 for i in built_in() if i.pack.id == _NAME)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("install", "absent.json"), ExitCode.INPUT_UNREADABLE),
        (("install", "."), ExitCode.INPUT_UNREADABLE),
        (("install", "/dev/null"), ExitCode.NOT_AUTHENTIC),
        (("install",), ExitCode.USAGE),
        (("export", "no-such-pack"), ExitCode.USAGE),
        (("export", "absent.toml"), ExitCode.INPUT_UNREADABLE),
        (("export", _NAME, "--output", "/nowhere/x"), ExitCode.OUTPUT_UNWRITABLE),
    ],
)
def test_bad_input_gets_one_line_and_its_code(
    office: Path, tmp_path: Path, arguments: tuple[str, ...], code: ExitCode
) -> None:
    done = gauger("packs", *arguments, home=office)
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_nothing_is_exported_without_a_key(tmp_path: Path) -> None:
    done = gauger("packs", "export", _NAME, home=tmp_path / "new")
    assert done.code == ExitCode.INPUT_UNREADABLE
    assert "gauger keys new" in done.err
