"""``gauger catalogue`` lists and shows every kind of row."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_thresholds.catalogue.load import built_in
from support.command import gauger


def test_every_row_is_listed_with_its_source_and_grade(tmp_path: Path) -> None:
    ended = gauger("catalogue", "list", "--json", home=tmp_path)
    known = built_in()
    ids = [row.id for row in known.devices] + [row.id for row in known.architectures]
    ids += [row.id for row in known.cpus] + [row.id for row in known.cameras]
    listed = ended.json["rows"]
    assert [row["id"] for row in listed] == ids
    assert all(row["source"] and row["grade"] for row in listed)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("amd/mi250x", "functions", 2),
        ("nvidia/hopper", "clockScale", 0.924),
        ("nvidia/h20", "memoryBytes", [96 * 2**30, 141 * 2**30]),
    ],
)
def test_a_row_is_shown_whole(tmp_path: Path, name: str, key: str, value: object) -> None:
    ended = gauger("catalogue", "show", name, "--json", home=tmp_path)
    assert ended.json["row"]["id"] == name
    assert ended.json["row"][key] == value
    assert ended.json["source"]


def test_a_row_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = gauger("catalogue", "show", "nvidia/none", home=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "nvidia/none" in ended.err


def test_what_ships_passes_its_own_check(tmp_path: Path) -> None:
    ended = gauger("catalogue", "check", "--json", home=tmp_path)
    assert (ended.code, ended.json["exitCode"]) == (ExitCode.DONE, 0)
