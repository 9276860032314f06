"""What a camera claims against what it claims elsewhere and what it delivered."""

from __future__ import annotations

import dataclasses

from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.consistency.camera_claims import find
from gauger_thresholds.consistency.unbound import find as find_unbound
from gauger_thresholds.metrics.rating import rate_machine
from support.cameras import camera, mode
from support.machines import machine


def _said(item: Camera) -> list[str]:
    found = find(rate_machine(machine(cameras=[item]), built_in()))
    assert all(doubt.subject == item.id for doubt in found)
    return [f"{doubt.explanation}; {doubt.advice}" for doubt in found]


def _measured(quantity: str, figure: float, **conditions: JsonValue) -> Measurement:
    shape: dict[str, JsonValue] = {"width": 1280, "height": 720, **conditions}
    return Measurement(quantity, None, "Hz", figure, figure, figure, 120, 0.95, "m", shape)


def _rate(hz: float, **conditions: JsonValue) -> Measurement:
    return _measured("frameRate", hz, claimedHz=30, **conditions)


def test_a_camera_that_keeps_its_word_raises_no_doubt() -> None:
    assert _said(camera("MJPG 1280x720@30", measurements=[_rate(29.8)])) == []


def test_modes_that_only_one_side_states_are_named() -> None:
    webcam = camera("MJPG 1280x720@30")
    doubled = dataclasses.replace(
        webcam, descriptor_modes=(mode("MJPG 1280x720@30"), mode("H264 1920x1080@30"))
    )
    (said,) = _said(doubled)
    assert "only its descriptors claim H264 1920×1080" in said
    wide = dataclasses.replace(webcam, descriptor_modes=(mode("MJPG 640x720@30"),))
    (said,) = _said(wide)
    assert "only its descriptors claim MJPG 640×720; only its driver claims MJPG 1280×720" in said


def test_upscaled_detail_is_said_as_measured_and_calls_nobody_a_liar() -> None:
    detail = _measured(
        "effectiveDetail", 230_400, word="upscaled", effectiveWidth=640, effectiveHeight=360
    )
    (said,) = _said(camera("MJPG 1280x720@30", measurements=[detail]))
    assert said.startswith("Camera delivers detail of 640×360, claims 1280×720")
    assert "fake" not in said


def test_detail_that_could_not_be_told_raises_no_doubt() -> None:
    detail = _measured(
        "effectiveDetail", 1, word="bandLimited", effectiveWidth=640, effectiveHeight=360
    )
    assert _said(camera("MJPG 1280x720@30", measurements=[detail])) == []


def test_a_slow_delivery_names_figures_and_link() -> None:
    slow = _rate(10, linkBitsPerS=480e6)
    (said,) = _said(camera("MJPG 1280x720@30", measurements=[slow]))
    assert "10 different frames per second at 1280×720, claims 30" in said
    assert "over a link of 480 Mbit/s" in said
    assert "USB 3" in said


def test_a_slow_delivery_over_a_fast_link_blames_no_cable() -> None:
    (said,) = _said(camera("MJPG 1280x720@30", measurements=[_rate(10, linkBitsPerS=5e9)]))
    assert "USB 3" not in said


def test_repeated_frames_do_not_fill_a_rate() -> None:
    (said,) = _said(camera("MJPG 1280x720@30", measurements=[_rate(30, uniqueHz=20)]))
    assert "20 different frames per second" in said


def test_a_rate_that_a_fixed_exposure_reaches_raises_no_doubt() -> None:
    both = [_rate(12, exposure="asFound"), _rate(30, exposure="fixed")]
    assert _said(camera("MJPG 1280x720@30", measurements=both)) == []


def test_a_delivery_faster_than_the_claim_is_said() -> None:
    (said,) = _said(camera("MJPG 1280x720@30", measurements=[_rate(139)]))
    assert "the faster of the two" in said


def test_a_camera_without_a_driver_is_said_to_be_unmeasured() -> None:
    unbound = camera("MJPG 1280x720@30", bound=False)
    (doubt,) = find_unbound(rate_machine(machine(cameras=[unbound]), built_in()))
    assert doubt.subject == unbound.id
    assert "known by its descriptors alone" in doubt.explanation
