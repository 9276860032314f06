"""Camera metrics: claims as intervals, heat by ids and formats, what is missing and why."""

from __future__ import annotations

import dataclasses
import math

import pytest

from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.metrics.index import METRICS, compute
from gauger_thresholds.metrics.rating import rate_machine
from support.cameras import camera
from support.machines import machine

THERMAL = "3474:4321"
ON_CAMERAS = [spec.name for spec in METRICS if spec.subject == "camera"]


def _metric(name: str, item: Camera) -> Metric:
    return compute(name, rate_machine(machine(cameras=[item]), built_in()), item.id)


def _span(name: str, item: Camera) -> tuple[float, float]:
    found = _metric(name, item)
    return found.low, math.inf if found.high is None else found.high


def measured(quantity: str, median: float, **conditions: JsonValue) -> Measurement:
    """Return a measurement as the camera probe takes it."""
    return Measurement(
        quantity, None, "Hz", median, median * 0.99, median * 1.01, 120, 0.95, "m", conditions
    )


def _upscaled() -> Measurement:
    return measured(
        "effectiveDetail",
        2_073_600,
        word="upscaled",
        factor=2,
        width=3840,
        height=2160,
        effectiveWidth=1920,
        effectiveHeight=1080,
    )


def test_a_webcam_is_rated_by_what_it_claims() -> None:
    webcam = camera("YUYV 640x480@30", "MJPG 3840x2160@15", "MJPG 1280x720@60")
    assert _span("activePixels", webcam) == (8_294_400, 8_294_400)
    assert _span("pixelRate", webcam) == (124_416_000, 124_416_000)
    assert _span("frameRateMax", webcam) == (60, 60)
    assert _metric("activePixels", webcam).basis is Basis.RATED


def test_an_ordinary_webcam_has_no_thermal_elements() -> None:
    webcam = camera("YUYV 640x480@30")
    assert _span("thermalElements", webcam) == (0, 0)
    assert _span("thermalFrameRate", webcam) == (0, 0)


@pytest.mark.parametrize(
    ("modes", "usb", "elements"),
    [
        (["Y16  160x120@9", "Y16  160x122@9", "RGBP 160x120@9"], "1e4e:0100", 19_200),
        (["Y16  80x63@9"], "1e4e:0100", 4_800),
        (["YUYV 256x192@25", "YUYV 256x384@25"], "0bda:5830", 49_152),
        (["Y16  640x514@60"], THERMAL, 327_680),
        (["Y16  384x288@60"], THERMAL, 110_592),
    ],
)
def test_telemetry_rows_and_a_second_copy_are_no_elements(
    modes: list[str], usb: str, elements: float
) -> None:
    core = camera(*modes, usb=usb)
    assert _span("thermalElements", core) == (elements, elements)
    assert _span("activePixels", core) == (elements, elements)


@pytest.mark.parametrize("usb", ["1e4e:0100", "0bda:5830"])
def test_a_borrowed_id_with_frames_of_other_sizes_is_no_thermal_core(usb: str) -> None:
    assert _span("thermalElements", camera("YUYV 1280x720@30", usb=usb)) == (0, 0)


@pytest.mark.parametrize(
    ("modes", "elements"),
    [
        (["Y16  640x512@30"], 327_680),
        (["Y16 -BE 160x122@9"], 19_200),
        (["YUYV 256x384@25"], 49_152),
        (["GREY 640x512@30"], 327_680),
        (["MJPG 1920x1080@30", "GREY 340x340@30", "Y16  340x340@15"], 115_600),
    ],
)
def test_formats_and_frames_of_thermal_cores_raise_the_question(
    modes: list[str], elements: float
) -> None:
    assert _span("thermalElements", camera(*modes)) == (0, elements)


@pytest.mark.parametrize(
    "modes",
    [
        ["MJPG 1280x720@30", "GREY 640x512@30"],
        ["GREY 640x360@30"],
        ["GREY 2448x2048@30"],
        ["YUYV 640x512@30"],
    ],
)
def test_grey_beside_colour_or_of_another_size_raises_none(modes: list[str]) -> None:
    assert _span("thermalElements", camera(*modes)) == (0, 0)


def test_a_known_near_infrared_camera_is_not_thermal() -> None:
    assert _span("thermalElements", camera("Y16  640x512@30", usb="04f2:b615")) == (0, 0)


def test_the_rate_of_a_suspected_camera_is_that_of_its_heat_modes() -> None:
    pair = camera("MJPG 1920x1080@60", "Y16  160x120@9")
    assert _span("thermalFrameRate", pair) == (9, 9)
    assert _span("frameRateMax", pair) == (60, 60)


def test_a_thermal_camera_without_a_driver_is_not_bounded() -> None:
    core = camera("Y16  160x120@9", usb="1e4e:0100", bound=False)
    assert _span("thermalElements", core) == (19_200, math.inf)
    assert _span("thermalFrameRate", core) == (9, math.inf)
    assert "bind its driver, or authorise it" in _metric("thermalFrameRate", core).missing[0]


def test_an_ordinary_webcam_without_a_driver_is_judged_by_its_descriptors() -> None:
    webcam = camera("MJPG 1920x1080@30", bound=False)
    assert _span("thermalElements", webcam) == (0, 0)
    assert _span("activePixels", webcam) == (2_073_600, 2_073_600)
    assert _span("sceneWidth250", webcam) == (0, 1920 / 250)


def test_a_format_that_the_descriptors_hold_and_nobody_reads_leaves_everything_open() -> None:
    webcam = camera("MJPG 1920x1080@30", bound=False, unread="a format of type 0x13 is not read")
    for name in ("activePixels", "frameRateMax", "thermalElements"):
        found = _metric(name, webcam)
        assert found.high is None
        assert "a format of type 0x13 is not read" in found.missing[0]


@pytest.mark.parametrize("name", ON_CAMERAS)
def test_a_camera_without_modes_is_unknown_and_says_what_to_do(name: str) -> None:
    found = _metric(name, camera(bound=False))
    assert (found.low, found.high, found.value, found.basis) == (0, None, None, None)
    assert "bind its driver, or authorise it, and run again" in found.missing[0]


@pytest.mark.parametrize("name", ON_CAMERAS)
def test_what_a_driver_makes_has_no_sensor(name: str) -> None:
    found = _metric(name, camera("Y16  640x512@30", virtual=True))
    assert (found.low, found.high, found.basis) == (0, 0, Basis.DISPLAY_ONLY)


def test_a_remote_camera_is_rated_like_any_other() -> None:
    assert _span("activePixels", camera("MJPG 1920x1080@30", remote=True)) == (2_073_600, 2_073_600)


def test_a_mode_without_an_interval_bounds_no_rate() -> None:
    found = _metric("frameRateMax", camera("MJPG 1920x1080"))
    assert (found.low, found.high, found.value) == (0, None, None)
    assert "a mode states none" in found.missing[0]


def test_measured_detail_begins_the_interval_and_never_ends_it() -> None:
    liar = camera("YUYV 3840x2160@5", measurements=[_upscaled()])
    found = _metric("activePixels", liar)
    assert (found.low, found.high, found.value) == (2_073_600, 8_294_400, 8_294_400)
    assert "delivers detail of 1920×1080" in found.detail
    assert _metric("sceneWidth500", liar).value == 1920 / 500
    assert _span("sceneWidth500", liar) == (1920 / 500, 3840 / 500)


def test_measured_detail_of_a_smaller_mode_says_nothing_of_the_largest() -> None:
    other = camera("YUYV 3840x2160@5", "MJPG 8000x6000@5", measurements=[_upscaled()])
    assert _span("activePixels", other) == (48_000_000, 48_000_000)


def test_a_slower_delivery_never_lowers_a_rate_and_a_faster_one_raises_it() -> None:
    core = camera("Y16  160x120@9", usb="1e4e:0100")
    slow = dataclasses.replace(core, measurements=(measured("frameRate", 5, claimedHz=9),))
    jitter = dataclasses.replace(core, measurements=(measured("frameRate", 9.05, claimedHz=9),))
    fast = dataclasses.replace(core, measurements=(measured("frameRate", 60, claimedHz=9),))
    assert _span("thermalFrameRate", slow) == (9, 9)
    assert _span("thermalFrameRate", jitter) == (9, 9)
    assert _span("thermalFrameRate", fast) == (9, 60)


def test_repeated_frames_count_once() -> None:
    repeats = measured("frameRate", 27, claimedHz=9, uniqueHz=9)
    core = camera("Y16  160x120@9", usb="1e4e:0100", measurements=[repeats])
    assert _span("thermalFrameRate", core) == (9, 9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sceneWidth12.5", 153.6),
        ("sceneWidth62.5", 30.72),
        ("sceneWidth125", 15.36),
        ("sceneWidth1500", 1.28),
        ("interEyePixels", 40.32),
        ("facesPerFrame", 120),
    ],
)
def test_reference_figures_follow_the_published_ones(name: str, value: float) -> None:
    found = _metric(name, camera("MJPG 1920x1080@30"))
    assert found.value == pytest.approx(value, abs=1e-9)
