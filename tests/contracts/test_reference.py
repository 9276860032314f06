"""The tables of captured machines and of evasions are what the code makes of them today."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from reference import evasions, machines
from reference.evasions import EVASIONS, Evasion, Outcome
from reference.summary import MACHINES, Summary, names, summary

_DOCS = Path(__file__).parents[2] / "docs" / "reference"


@pytest.fixture(autouse=True)
def _clean_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV's import, in another test, sets ``LD_LIBRARY_PATH``, which would be doubted."""
    for name in [name for name in os.environ if name.startswith("LD_")]:
        monkeypatch.delenv(name)


@cache
def _summary(name: str) -> Summary:
    return summary(MACHINES / name / "tree")


@cache
def _outcome(at: int) -> Outcome:
    return evasions.outcome(EVASIONS[at])


@pytest.mark.parametrize("name", names())
def test_a_captured_machine_comes_out_as_expected(name: str) -> None:
    assert _summary(name) == machines.expected(name)


def test_the_page_of_captured_machines_is_made_of_these() -> None:
    page = machines.table({name: _summary(name) for name in names()})
    assert page == (_DOCS / "machines.md").read_text("utf-8")


@pytest.mark.parametrize("at", range(len(EVASIONS)), ids=lambda at: EVASIONS[at].what)
def test_an_evasion_ends_as_expected(at: int) -> None:
    evasion: Evasion = EVASIONS[at]
    found = _outcome(at)
    assert found.end is evasion.end, found


def test_the_page_of_evasions_is_made_of_these() -> None:
    page = evasions.table([(item, _outcome(at)) for at, item in enumerate(EVASIONS)])
    assert page == (_DOCS / "evasions.md").read_text("utf-8")
