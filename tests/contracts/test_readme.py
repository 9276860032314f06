"""What the README shows is what the program prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.manifest.envelope import read
from support.command import gauger, machine_tree

_TEXT = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
_DAY = "2026-11-24"


def _blocks(kind: str) -> list[str]:
    """The fenced blocks of one kind, in order."""
    fences = re.split(r"^```(.*)$\n?", _TEXT, flags=re.MULTILINE)
    opened = zip(fences[1::4], fences[2::4], strict=True)
    return [text for label, text in opened if label == kind]


def _shown_in(shown: Any, real: Any) -> bool:
    """Whether ``shown`` is ``real`` with fields and items left out."""
    if isinstance(shown, dict):
        return all(key in real and _shown_in(value, real[key]) for key, value in shown.items())
    if isinstance(shown, list):
        return all(any(_shown_in(item, other) for other in real) for item in shown)
    return bool(shown == real)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    tree = machine_tree("a800-and-a100")
    done = gauger(
        "run", "--sysroot", tree, "--as-of", _DAY, "--output", folder / "m.json", home=folder
    )
    (folder / "report.txt").write_text(done.err)
    return folder


def test_the_manifest_that_is_shown_is_part_of_the_real_one(home: Path) -> None:
    statement = json.loads(read((home / "m.json").read_bytes()).payload)
    shown = json.loads(_blocks("json")[0])
    real = statement["predicate"]["evidence"]["accelerators"]
    for item in real:  # names come from the reader's own pci.ids, which may be absent
        item["identities"] = shown["identities"]
    assert any(_shown_in(shown, item) for item in real)


def test_the_verdict_that_is_shown_is_one_of_the_real_ones(home: Path) -> None:
    arguments = ("verify", home / "m.json", "--accept-captured", "--as-of", _DAY, "--json")
    verdicts = gauger(*arguments, home=home).json["verdicts"]
    assert any(_shown_in(json.loads(_blocks("json")[1]), item) for item in verdicts)


def test_the_report_that_is_shown_has_the_lines_of_the_real_one(home: Path) -> None:
    real = [line.rstrip() for line in (home / "report.txt").read_text("utf-8").splitlines()]
    shown = [line for line in _blocks("")[1].splitlines() if line.startswith("US ")]
    assert len(shown) == 7, shown
    assert [line for line in shown if line not in real] == []
