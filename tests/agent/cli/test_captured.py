"""The whole job over a captured machine: run, sign as captured, verify elsewhere, four dates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gauger_agent.exit_codes import ExitCode
from support.command import Ended, gauger, machine_tree

SERVER = machine_tree("a800-and-a100")


def _run(home: Path, *arguments: str | Path) -> Ended:
    common = ("run", "--sysroot", SERVER, "--output", f"{home}/", "--json")
    return gauger(*common, *arguments, home=home)


def _by_pci(answer: Any, home: Path, rule: str) -> dict[str, str]:
    """Outcome by device id, read from the manifest's own evidence."""
    evidence = gauger("probe", "accelerators", "--sysroot", SERVER, "--json", home=home).json
    devices = {
        item["id"]: item["pci"]["device"] for item in evidence["accelerators"] if item["pci"]
    }
    return {
        devices[item["subject"]]: item["outcome"]
        for item in answer["verdicts"]
        if item["rule"] == rule and item["subject"] in devices
    }


def test_before_the_history_of_the_list_nothing_is_judged(tmp_path: Path) -> None:
    done = _run(tmp_path, "--as-of", "2022-06-01")
    assert done.code == ExitCode.INDETERMINATE
    assert done.json["verdicts"] == []
    assert "no-pack-for-date" in {item["reason"] for item in done.json["notJudged"]}


@pytest.mark.parametrize(
    ("day", "rule", "a800", "a100"),
    [
        ("2022-12-01", "us-2022-10:3A090", "doesNotMeet", "meets"),
        ("2023-12-01", "us-2023-11:3A090.a", "meets", "meets"),
        ("2026-11-24", "us-2026-01:window", "meets", "meets"),
    ],
)
def test_the_two_cards_come_out_by_the_law_of_the_day(
    tmp_path: Path, day: str, rule: str, a800: str, a100: str
) -> None:
    done = _run(tmp_path, "--as-of", day)
    assert done.code == ExitCode.MEETS, done.err
    outcomes = _by_pci(done.json, tmp_path, rule)
    assert (outcomes["20f3"], outcomes["20b2"]) == (a800, a100)


def test_the_window_of_2026_is_not_judged_in_2023(tmp_path: Path) -> None:
    done = _run(tmp_path, "--as-of", "2023-12-01")
    assert not [item for item in done.json["verdicts"] if item["rule"] == "us-2026-01:window"]


def test_a_captured_manifest_is_refused_unless_accepted(tmp_path: Path) -> None:
    manifest = _run(tmp_path).json["manifest"]
    assert gauger("verify", manifest, home=tmp_path).code == ExitCode.NOT_BELIEVED
    done = gauger("verify", manifest, "--accept-captured", "--json", home=tmp_path)
    assert done.code == ExitCode.MEETS
    assert {item["name"]: item["status"] for item in done.json["checks"]}["mode"] == "passed"


def test_what_the_maker_claims_agrees_with_what_the_verifier_finds(tmp_path: Path) -> None:
    manifest = _run(tmp_path, "--as-of", "2023-12-01").json["manifest"]
    done = gauger("verify", manifest, "--accept-captured", "--json", home=tmp_path)
    claims = next(item for item in done.json["checks"] if item["name"] == "claimedFindings")
    assert claims["status"] == "passed"


def test_the_report_names_paragraph_date_margin_and_what_was_not_judged(tmp_path: Path) -> None:
    done = gauger("run", "--sysroot", SERVER, "--output", f"{tmp_path}/", home=tmp_path)
    assert done.out == ""
    for text in ("US 3A090.a", "2023-11-17 on", "4.0 % over", "candidate US 4A090.a"):
        assert text in done.err, text
    for text in ("end user", "5A002/5A992", "proves little by itself", "no list in these packs"):
        assert text in " ".join(done.err.split()), text


@pytest.mark.parametrize("name", ["laptop-raptor-lake", "vm-plain"])
def test_an_ordinary_machine_ends_determinate(tmp_path: Path, name: str) -> None:
    arguments = ("run", "--sysroot", machine_tree(name), "--output", f"{tmp_path}/", "--json")
    done = gauger(*arguments, home=tmp_path)
    assert done.code == ExitCode.DONE, done.json["verdicts"]


def test_law_that_was_not_reviewed_in_time_is_said_and_can_be_refused(tmp_path: Path) -> None:
    plain = ("run", "--sysroot", machine_tree("vm-plain"), "--output", f"{tmp_path}/")
    late = (*plain, "--as-of", "2027-02-10")
    told = gauger(*late, home=tmp_path)
    assert "to be reviewed by 2027-01-31, overdue" in " ".join(told.err.split())
    before = gauger(*plain, "--as-of", "2027-01-31", home=tmp_path)
    assert "overdue" not in before.err
    assert told.code == before.code == ExitCode.DONE
    assert gauger(*late, "--max-pack-age", "0", home=tmp_path).code == ExitCode.INDETERMINATE
    assert gauger(*late, "--max-pack-age", "-1", home=tmp_path).code == ExitCode.USAGE
