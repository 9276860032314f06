"""Controls are read one by one, and every one that was changed is put back."""

from __future__ import annotations

import errno

import pytest

from gauger_probes.cameras.controls import Borrowed, read_controls
from gauger_probes.cameras.exposure import fix, may_limit
from gauger_probes.cameras.v4l2_control_abi import ControlFlags, ControlId, ExposureAuto
from gauger_probes.evidence.camera import Control
from support.fake_camera import FakeCamera, FakeControl

_AUTO, _TIME = ControlId.EXPOSURE_AUTO, ControlId.EXPOSURE_ABSOLUTE
_PRIORITY = ControlId.EXPOSURE_DYNAMIC_FRAMERATE


def _camera() -> FakeCamera:
    return FakeCamera(
        controls={
            _AUTO: FakeControl(ExposureAuto.APERTURE_PRIORITY, maximum=3),
            _TIME: FakeControl(600, minimum=3, maximum=2047),
            _PRIORITY: FakeControl(1, maximum=1),
        }
    )


def _set_and(camera: FakeCamera, problem: type[BaseException]) -> None:
    with Borrowed(camera.ioctl) as borrowed:
        borrowed.set(_AUTO, ExposureAuto.MANUAL)
        raise problem


def _set_both(camera: FakeCamera) -> None:
    with Borrowed(camera.ioctl) as borrowed:
        borrowed.set(_AUTO, ExposureAuto.MANUAL)
        borrowed.set(_TIME, 100)


def _values(camera: FakeCamera) -> dict[int, int]:
    return {number: control.value for number, control in camera.controls.items()}


def test_a_control_is_named_as_v4l2_names_it_with_its_range() -> None:
    camera = FakeCamera(controls={_TIME: FakeControl(600, minimum=3, maximum=2047)})
    assert read_controls(camera.ioctl).controls == (
        Control("exposure_absolute", "009a0902", 3, 2047, 1, 3, 600, "100 µs"),
    )


def test_a_camera_without_controls_has_none() -> None:
    found = read_controls(FakeCamera().ioctl)
    assert (found.controls, found.unread) == ((), ())


def test_what_can_only_be_set_is_listed_without_a_value_and_said() -> None:
    camera = FakeCamera(controls={_TIME: FakeControl(1, flags=ControlFlags.WRITE_ONLY)})
    found = read_controls(camera.ioctl)
    assert found.controls[0].value is None
    assert found.unread[0].field == "controls.exposure_absolute"


def test_a_value_that_cannot_be_read_is_said() -> None:
    camera = _camera()
    camera.fails = {"G_CTRL": errno.EIO}
    found = read_controls(camera.ioctl)
    assert [control.value for control in found.controls] == [None] * 3
    assert len(found.unread) == 3


@pytest.mark.parametrize(
    "control", [FakeControl(0, flags=ControlFlags.DISABLED), FakeControl(0, maximum=1 << 40)]
)
def test_a_control_that_is_off_or_absurd_is_left_out(control: FakeControl) -> None:
    assert read_controls(FakeCamera(controls={_TIME: control}).ioctl).controls == ()


def test_everything_changed_is_put_back_last_change_first() -> None:
    camera = _camera()
    before = _values(camera)
    with Borrowed(camera.ioctl) as borrowed:
        fix(borrowed, read_controls(camera.ioctl).controls, 30.0)
        assert _values(camera) == {_AUTO: ExposureAuto.MANUAL, _TIME: 333, _PRIORITY: 0}
    assert _values(camera) == before
    changed = [number for number, _ in camera.settings]
    assert changed == [_PRIORITY, _AUTO, _TIME, _TIME, _AUTO, _PRIORITY]


@pytest.mark.parametrize("problem", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_everything_is_put_back_even_on_an_error(problem: type[BaseException]) -> None:
    camera = _camera()
    before = _values(camera)
    with pytest.raises(problem):
        _set_and(camera, problem)
    assert _values(camera) == before


def test_a_change_that_fails_halfway_undoes_the_others() -> None:
    camera = _camera()
    before = _values(camera)
    del camera.controls[_TIME]
    del before[_TIME]
    with pytest.raises(OSError, match="Invalid"):
        _set_both(camera)
    assert _values(camera) == before


def test_what_could_not_be_put_back_is_named() -> None:
    camera = _camera()
    with Borrowed(camera.ioctl) as borrowed:
        borrowed.set(_AUTO, ExposureAuto.MANUAL)
        camera.fails = {"S_CTRL": errno.ENODEV}
    assert borrowed.left == ["exposure_auto = 3 (No such device)"]


def test_values_stay_within_the_range_that_the_control_states() -> None:
    camera = _camera()
    with Borrowed(camera.ioctl) as borrowed:
        borrowed.set(_TIME, 1)
        assert _values(camera)[_TIME] == 3


@pytest.mark.parametrize(
    ("delivered", "claimed", "mode", "expected"),
    [
        (15.0, 30.0, ExposureAuto.APERTURE_PRIORITY, True),
        (29.0, 30.0, ExposureAuto.APERTURE_PRIORITY, False),
        (15.0, 30.0, ExposureAuto.MANUAL, False),
        (15.0, None, ExposureAuto.APERTURE_PRIORITY, False),
    ],
)
def test_exposure_is_suspected_where_it_is_automatic_and_the_rate_clearly_low(
    delivered: float, claimed: float | None, mode: ExposureAuto, expected: bool
) -> None:
    controls = [Control("exposure_auto", "009a0901", 0, 3, 1, 3, int(mode))]
    assert may_limit(delivered, claimed, controls) is expected


def test_a_camera_without_automatic_exposure_is_not_suspected() -> None:
    assert not may_limit(15.0, 30.0, [])
