"""Cameras before the law: ordinary ones end determinate, the unknown ones say what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gauger_probes.evidence.camera import Camera, Fraction, Mode
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import Measurement
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import Judgement, judge
from gauger_thresholds.findings import Level, Outcome, Verdict
from gauger_thresholds.packs.load import built_in as packs
from gauger_thresholds.policy import overall
from support.cameras import camera
from support.machines import machine

TODAY = date(2026, 11, 24)


def _judge(*items: Camera) -> Judgement:
    return judge(machine("1a03:2000", cameras=items), packs(), catalogue(), TODAY)


def _on_camera(judgement: Judgement, item: Camera) -> list[Verdict]:
    return [verdict for verdict in judgement.verdicts if verdict.subject == item.id]


@pytest.mark.parametrize(
    "item",
    [
        camera("YUYV 640x480@30", "MJPG 1920x1080@60"),
        camera("MJPG 3840x2160@30", "H264 3840x2160@30"),
        camera("MJPG 7680x4320@30"),
        camera("MJPG 640x480@260"),
        camera("GREY 640x360@30"),
        camera("MJPG 1920x1080@30", remote=True),
        camera("MJPG 3840x2160@30", bound=False),
        camera(virtual=True),
    ],
    ids=["webcam", "4K", "8K", "fast", "face unlocking", "remote", "unbound", "virtual"],
)
def test_an_ordinary_camera_meets_no_rule_of_law_and_leaves_none_open(item: Camera) -> None:
    judgement = _judge(item)
    law = [verdict for verdict in _on_camera(judgement, item) if verdict.level is not
           Level.REFERENCE]  # fmt: skip
    assert len(law) >= 10
    assert {verdict.outcome for verdict in law} == {Outcome.DOES_NOT_MEET}
    assert overall(judgement) is Outcome.DOES_NOT_MEET


def test_without_a_camera_no_rule_on_cameras_says_anything() -> None:
    rules = {verdict.rule.partition(":")[0] for verdict in _judge().verdicts}
    assert not {name for name in rules if "camera" in name or "6a" in name}


def test_a_camera_without_modes_leaves_the_rules_open_and_says_what_to_do() -> None:
    item = camera(bound=False)
    found = [v for v in _on_camera(_judge(item), item) if v.rule == "us-cameras:6A003.b.4.b-rs1"]
    assert found[0].outcome is Outcome.INDETERMINATE
    assert "bind its driver, or authorise it, and run again" in found[0].missing[0]


def test_a_slow_thermal_camera_is_a_notice_and_no_control() -> None:
    judgement = _judge(camera("Y16  160x122@9", usb="1e4e:0100"))
    assert overall(judgement) is Outcome.DOES_NOT_MEET
    met = {verdict.rule for verdict in judgement.verdicts if verdict.outcome is Outcome.MEETS}
    assert "us-6a993:6A993.a" in met


def test_a_slow_thermal_camera_without_a_driver_leaves_the_control_open() -> None:
    judgement = _judge(camera("Y16  160x122@9", usb="1e4e:0100", bound=False))
    assert overall(judgement) is Outcome.INDETERMINATE


def test_a_camera_that_may_be_thermal_becomes_a_question() -> None:
    item = camera("Y16  640x512@30")
    found = [v for v in _on_camera(_judge(item), item) if v.rule == "eu-cameras:6A003.b.4.b"]
    assert found[0].outcome is Outcome.INDETERMINATE
    assert found[0].questions[0].startswith("Does it see thermal infrared")


def test_a_camera_that_may_be_thermal_and_is_slow_leaves_no_control_open() -> None:
    assert overall(_judge(camera("Y16  160x120@9"))) is Outcome.DOES_NOT_MEET


def test_the_reason_for_control_is_named_with_its_citation() -> None:
    item = camera("Y16  640x514@60", usb="3474:4321")
    met = [v for v in _on_camera(_judge(item), item) if v.outcome is Outcome.MEETS]
    rs1 = next(v for v in met if v.rule == "us-cameras:6A003.b.4.b-rs1")
    assert (rs1.controls[0].reason, rs1.controls[0].destinations) == ("RS", "RS column 1")
    assert "15 CFR 774" in rs1.controls[0].citation


def test_a_reference_verdict_states_its_assumptions_and_changes_no_exit_code() -> None:
    item = camera("MJPG 1920x1080@30")
    judgement = _judge(item)
    reference = [v for v in judgement.verdicts if v.level is Level.REFERENCE]
    assert len(reference) == 6
    for verdict in reference:
        assert verdict.assumptions is not None
        assert verdict.assumptions[0] == (
            "No law in force sets a number for 1-to-many face recognition"
        )
    law = [v for v in judgement.verdicts if v.level is not Level.REFERENCE]
    assert {v.assumptions for v in law} == {None}
    assert overall(judgement, Level.CONTROL) is Outcome.DOES_NOT_MEET


def test_figures_beyond_reason_are_judged_and_do_no_harm() -> None:
    vast = Mode("Y16 ", width=10**300, height=10**300, intervals=(Fraction(10**300, 1),))
    told = Measurement(
        *("frameRate", None, "Hz", 1e308, 1e308, 1e308, 1, 0.95, "m"),
        {"width": 1e308, "height": 1e308, "claimedHz": 1e-308, "uniqueHz": 1e308},
    )
    seen = replace(told, quantity="effectiveDetail", conditions={**told.conditions,
        "word": "upscaled", "effectiveWidth": 1e308, "effectiveHeight": 5e-324})  # fmt: skip
    item = replace(camera("Y16  160x120@9"), descriptor_modes=(vast,), measurements=(told, seen))
    judgement = _judge(item)
    assert to_json(judgement.metrics)
    assert to_json(judgement.verdicts)
    assert overall(judgement) is not Outcome.DOES_NOT_MEET


def test_every_verdict_on_a_camera_explains_itself() -> None:
    items = [
        camera("Y16  640x512@30"),
        camera(bound=False, usb="289d:0010"),
        camera("BA81 640x480@260", industrial=True, usb="1:1"),
    ]
    for verdict in _judge(*items).verdicts:
        assert verdict.explanation
        if verdict.outcome is Outcome.INDETERMINATE:
            assert verdict.missing or verdict.questions, verdict
