"""The whole job over a captured machine with cameras: a virtual one, a bound and an unbound one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.command import Ended, gauger, machine_tree

_UNBOUND = "usb-1d6b:0102-GAUGER-1"
_PAIR = "usb-1d6b:0102-1-2"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    home = tmp_path_factory.mktemp("cameras")
    tree = machine_tree("vm-cameras")
    return gauger(
        *("run", "--sysroot", tree, "--as-of", "2026-11-24", "--output", home / "m.json"),
        "--json",
        home=home,
    )


def _outcomes(ended: Ended, rule: str) -> dict[str, str]:
    verdicts: list[dict[str, Any]] = ended.json["verdicts"]
    return {item["subject"]: item["outcome"] for item in verdicts if item["rule"] == rule}


def test_a_camera_without_a_driver_is_judged_by_its_descriptors_and_said_to_be_unmeasured(
    ended: Ended,
) -> None:
    for rule in ("us-cameras:6A003.a.4", "us-cameras:6A003.b.1", "us-cameras:6A003.b.4.b-rs1"):
        assert _outcomes(ended, rule)[_UNBOUND] == "doesNotMeet"
    assert _outcomes(ended, "1n-profile-camera:inter-eye")[_UNBOUND] == "indeterminate"
    doubts = {item["subject"]: item["explanation"] for item in ended.json["doubts"]}
    assert "known by its descriptors alone" in doubts[_UNBOUND]


def test_sixteen_bit_grey_is_a_question_and_colour_beside_it_is_no_element(ended: Ended) -> None:
    verdicts = ended.json["verdicts"]
    asked = [item for item in verdicts if item["subject"] == _PAIR and item["questions"]]
    assert {item["rule"].partition(":")[0] for item in asked} == {"us-cameras", "eu-cameras"}
    assert _outcomes(ended, "us-6a993:6A993.a")[_PAIR] == "doesNotMeet"


def test_what_a_driver_makes_meets_nothing(ended: Ended) -> None:
    verdicts = [item for item in ended.json["verdicts"] if item["subject"] == "platform-vivid.0"]
    assert len(verdicts) >= 10
    assert {item["outcome"] for item in verdicts} == {"doesNotMeet"}


def test_the_report_has_one_line_for_each_rule_on_cameras(tmp_path: Path) -> None:
    tree = machine_tree("vm-cameras")
    arguments = ("run", "--sysroot", tree, "--as-of", "2026-11-24", "--output", tmp_path / "m.json")
    lines = gauger(*arguments, home=tmp_path, COLUMNS="200").err.splitlines()
    assert len([line for line in lines if line.startswith("US 6A003.b.1 ")]) == 1
    profile = [line for line in lines if line.startswith("1:N ") and " on usb-" in line]
    assert len(profile) == 4
