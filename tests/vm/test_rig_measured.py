"""What the agent measured of the rig's cameras, each of which breaks its word in one known way."""

from __future__ import annotations

import pytest

from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.registry import PROBES

_PROBE = "measure.cameras"
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        all(spec.name != _PROBE for spec in PROBES),
        reason=f"the registry has no probe {_PROBE}: nothing is measured that could be tested",
    ),
]


def _camera(evidence: Evidence, name: str) -> Camera:
    (found,) = (camera for camera in evidence.cameras if camera.name == name)
    return found


def _all(evidence: Evidence, name: str, quantity: str) -> list[Measurement]:
    found = _camera(evidence, name).measurements
    return [measurement for measurement in found if measurement.quantity == quantity]


def _rate(evidence: Evidence, name: str) -> Measurement:
    """Return the rate of a camera that has one mode."""
    (found,) = _all(evidence, name, "frameRate")
    return found


def _number(measurement: Measurement, key: str) -> float:
    value = measurement.conditions[key]
    assert isinstance(value, int | float), (key, value)
    return float(value)


def _count(measurement: Measurement, key: str) -> int:
    return int(_number(measurement, key))


def test_a_rate_that_is_sustained_is_measured_within_two_percent(signed: Evidence) -> None:
    rate = _rate(signed, "Rig paced")
    assert _count(rate, "frames") >= 120
    assert _count(rate, "dropped") == 0
    assert _count(rate, "duplicates") == _count(rate, "corrupt") == 0
    for hz in (rate.median, _number(rate, "meanHz"), _number(rate, "uniqueHz")):
        assert hz == pytest.approx(40, rel=0.02)


def test_frames_that_are_lost_on_the_way_are_counted(signed: Evidence) -> None:
    rate = _rate(signed, "Rig loser")
    assert _count(rate, "dropped") == pytest.approx(_count(rate, "frames") / 2, abs=2)
    assert _number(rate, "meanHz") == pytest.approx(20 / 3, rel=0.1)


def test_a_rate_short_of_its_claim_is_made_up_by_the_frames_dropped(signed: Evidence) -> None:
    """Which of the webcams' rates the emulated processor sustains is its affair."""
    names = ("Rig loser", "HD Webcam C270")
    rates = [rate for name in names for rate in _all(signed, name, "frameRate")]
    short = [rate for rate in rates if _number(rate, "meanHz") < 0.9 * _number(rate, "claimedHz")]
    assert short
    for rate in short:
        intervals, dropped = _count(rate, "frames") - 1, _count(rate, "dropped")
        sent = (intervals + dropped) * _number(rate, "meanHz") / intervals
        assert sent == pytest.approx(_number(rate, "claimedHz"), rel=0.1)


def test_a_camera_slower_than_it_claims_is_measured_as_it_is(signed: Evidence) -> None:
    rate = _rate(signed, "Rig slow")
    assert _number(rate, "claimedHz") == pytest.approx(30, rel=0.001)
    assert rate.median == pytest.approx(10, rel=0.02)


def test_frames_that_are_sent_twice_do_not_count_twice(signed: Evidence) -> None:
    rate = _rate(signed, "Rig repeater")
    frames = _count(rate, "frames")
    assert _count(rate, "duplicates") == pytest.approx(frames / 3, abs=2)
    assert rate.median == pytest.approx(10, rel=0.02)
    assert _number(rate, "uniqueHz") == pytest.approx(20 / 3, rel=0.1)


def test_frames_that_the_camera_leaves_out_lower_the_mean_rate(signed: Evidence) -> None:
    rate = _rate(signed, "Rig skipper")
    assert _number(rate, "claimedHz") == 10
    assert _number(rate, "meanHz") == pytest.approx(7.5, rel=0.1)


def test_a_thermal_camera_is_measured_at_its_nine_hertz(signed: Evidence) -> None:
    rates = _all(signed, "PureThermal", "frameRate")
    assert rates
    for rate in rates:
        assert rate.median == pytest.approx(9, rel=0.02)


def test_an_upscaled_picture_is_caught_with_its_factor(signed: Evidence) -> None:
    (detail,) = _all(signed, "Rig liar", "effectiveDetail")
    assert detail.conditions["word"] == "upscaled"
    assert _number(detail, "factor") == pytest.approx(1.5, rel=0.03)


def test_no_honest_camera_is_called_upscaled(signed: Evidence) -> None:
    words = {
        camera.name: measurement.conditions["word"]
        for camera in signed.cameras
        if camera.bus == "usb" and camera.name != "Rig liar"
        for measurement in camera.measurements
        if measurement.quantity == "effectiveDetail"
    }
    assert words
    assert "upscaled" not in words.values(), words


def test_unplugging_one_camera_in_mid_capture_loses_that_one_alone(signed: Evidence) -> None:
    lost = _camera(signed, "Rig unplugged")
    reasons = [line.reason or "" for line in signed.coverage if line.probe == _PROBE]
    assert any(lost.id in reason for reason in reasons), reasons
    for camera in signed.cameras:
        if camera.bound and camera.id != lost.id:
            assert camera.measurements, camera.name


def test_a_camera_that_stalls_costs_its_own_mode_alone(signed: Evidence) -> None:
    rates = _all(signed, "Rig staller", "frameRate")
    assert all(_count(rate, "frames") <= 20 for rate in rates)
    assert Status.CRASHED not in {line.status for line in signed.coverage}
