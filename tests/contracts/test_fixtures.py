"""Captured machines are what their recipes make, say where they come from, stay in their tree."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.build.machines import FOLDER, MACHINES, build, main
from gauger_probes.roots import Roots

_EVERY = sorted(entry.name for entry in FOLDER.iterdir() if entry.is_dir())
_ORIGIN = {
    "represents": str,
    "captured_from_hardware": bool,
    "kernel": str,
    "sources": list,
    "made_up": list,
    "trimmed": str,
}
_CALL = re.compile(r"nvml[A-Z]\w+\((?:\d+(?:/\d+)?(?:, \d+)?)?\)")


def _contents(folder: Path) -> dict[str, bytes | str]:
    """Every file by its bytes and every link by where it points, below ``folder``."""
    return {str(path.relative_to(folder)): _content(path) for path in _walk(folder)}


def _content(path: Path) -> bytes | str:
    return os.readlink(path) if path.is_symlink() else path.read_bytes()  # noqa: PTH115 - as text


def _walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry)
        else:
            yield entry


@pytest.mark.parametrize("name", MACHINES)
def test_building_a_machine_again_gives_the_tree_that_is_kept_byte_for_byte(
    name: str, tmp_path: Path
) -> None:
    build(name, tmp_path)
    kept = FOLDER / name
    assert _contents(tmp_path / name / "tree") == _contents(kept / "tree")
    assert (tmp_path / name / "origin.toml").read_bytes() == (kept / "origin.toml").read_bytes()


def test_a_tree_that_is_built_again_keeps_nothing_of_the_old_one(tmp_path: Path) -> None:
    build("wsl2", tmp_path)
    stale = tmp_path / "wsl2" / "tree" / "sys" / "stale"
    expected = tmp_path / "wsl2" / "expected"
    stale.write_bytes(b"")
    expected.write_bytes(b"")
    build("wsl2", tmp_path)
    assert not stale.exists()
    assert expected.exists()


def test_a_machine_that_nobody_described_is_refused_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["no-such-machine"]) == 1
    assert "no-such-machine" in capsys.readouterr().out


@pytest.mark.parametrize("name", _EVERY)
def test_every_machine_says_where_it_comes_from(name: str) -> None:
    origin = tomllib.loads((FOLDER / name / "origin.toml").read_text("utf-8"))
    for field, kind in _ORIGIN.items():
        assert isinstance(origin[field], kind), field
    assert origin["captured_from_hardware"] or origin["sources"]


@pytest.mark.parametrize("name", MACHINES)
def test_every_link_of_a_built_machine_leads_to_something_in_its_tree(name: str) -> None:
    tree = FOLDER / name / "tree"
    roots = Roots(tree, captured=True)
    for path in _walk(tree):
        target = path.resolve()
        assert target.is_relative_to(tree), path
        assert target == roots.resolve(str(path.relative_to(tree))), path
        assert target.exists(), path


@pytest.mark.parametrize("name", MACHINES)
def test_the_library_of_a_built_machine_answers_calls_of_devices_that_it_counts(name: str) -> None:
    path = FOLDER / name / "tree" / "nvml.json"
    recording = json.loads(path.read_text("utf-8")) if path.exists() else {"answers": {}}
    answers = recording["answers"]
    assert [call for call in answers if not _CALL.fullmatch(call)] == []
    listed = [call for call in answers if call.startswith("nvmlDeviceGetHandleByIndex(")]
    assert len(listed) == answers.get("nvmlDeviceGetCount()", 0)
    given = {call: answer["handle"] for call, answer in answers.items() if _is_handle(answer)}
    assert given == {call: _arguments(call).replace(", ", "/") for call in given}
    asked = {_arguments(call).partition(",")[0] for call in answers if _is_about_a_device(call)}
    assert asked == set(given.values())


def _is_handle(answer: object) -> bool:
    return isinstance(answer, dict) and "handle" in answer


def _arguments(call: str) -> str:
    return call.partition("(")[2].rstrip(")")


def _is_about_a_device(call: str) -> bool:
    return call.startswith("nvmlDeviceGet") and "Count()" not in call and "ByIndex(" not in call
