"""What a tool may never call its result does not appear where results are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_NEVER = re.compile(
    r"\b(certificate of|cleared|compliant|EAR99|no licen[cs]e required)\b", re.IGNORECASE
)
_SPEAKERS = [
    *_ROOT.glob("agent/gauger_agent/report/*.py"),
    *_ROOT.glob("agent/gauger_agent/cli/*.py"),
    *_ROOT.glob("thresholds/gauger_thresholds/**/*.py"),
    *_ROOT.glob("thresholds/gauger_thresholds/packs/**/*.toml"),
]


@pytest.mark.parametrize("path", _SPEAKERS, ids=lambda path: path.name)
def test_no_report_or_pack_calls_its_result_what_only_an_authority_can(path: Path) -> None:
    assert _NEVER.search(path.read_text("utf-8")) is None


def test_the_search_would_find_such_a_word() -> None:
    assert _NEVER.search("this machine is Compliant")
