"""Filming a node: which figures come, and what each failure costs."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from gauger_probes.cameras.filming import News, Order, Subject, film
from gauger_probes.cameras.v4l2_abi import BufferType
from gauger_probes.cameras.v4l2_control_abi import ControlId, ExposureAuto
from gauger_probes.cameras.v4l2_stream_abi import BufferFlags
from gauger_probes.evidence.camera import Control, Fraction, Mode
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from support.fake_camera import FakeCamera, FakeControl, Picture

_WIDTH, _HEIGHT = 64, 48
_GREY = Mode("GREY", _WIDTH, _HEIGHT, intervals=(Fraction(1, 10),))
_ORDER = Order("cam", seconds=8.0, link_bits_per_s=480e6)


def _pictures(count: int, after_s: float = 0.1, seed: int = 1) -> list[Picture]:
    generator = np.random.default_rng(seed)
    size = _WIDTH * _HEIGHT
    return [
        Picture(generator.integers(0, 255, size, np.uint8).tobytes(), after_s) for _ in range(count)
    ]


def _subject(*modes: Mode, controls: tuple[Control, ...] = ()) -> Subject:
    return Subject("/dev/video0", BufferType.VIDEO_CAPTURE, modes or (_GREY,), controls)


def _told(camera: FakeCamera, subject: Subject) -> list[News]:
    return [item for item in film(camera, subject, _ORDER) if item.doing is None]


def _rates(news: list[News]) -> list[Measurement]:
    found = [item.measurement for item in news if item.measurement is not None]
    return [item for item in found if item.quantity == "frameRate"]


def _problems(news: list[News]) -> str:
    return " | ".join(item.problem for item in news if item.problem is not None)


def test_a_mode_brings_its_rate_and_its_detail() -> None:
    news = list(film(FakeCamera(_pictures(100)), _subject(), _ORDER))
    assert [item.doing for item in news if item.doing is not None] == [
        "streaming /dev/video0 GREY 64x48",
        "analysing /dev/video0 GREY 64x48",
    ]
    rate, detail = (item.measurement for item in news if item.doing is None)
    assert rate is not None
    assert detail is not None
    assert (rate.quantity, rate.unit) == ("frameRate", "Hz")
    assert rate.median == pytest.approx(10)
    expected = {
        "node": "/dev/video0",
        "pixelFormat": "GREY",
        "width": _WIDTH,
        "height": _HEIGHT,
        "claimedHz": 10.0,
        "dropped": 0,
        "duplicates": 0,
        "corrupt": 0,
        "timestampSource": "driver",
        "deliveredWidth": _WIDTH,
        "deliveredHeight": _HEIGHT,
        "exposure": "asFound",
        "linkBitsPerS": 480e6,
    }
    assert expected.items() <= rate.conditions.items()
    assert rate.conditions["uniqueHz"] == pytest.approx(10)
    assert rate.conditions["timeToFirstFrameS"] == pytest.approx(0.1)
    assert (detail.quantity, detail.unit, detail.samples) == ("effectiveDetail", "px", 8)
    assert detail.conditions["word"] in {"native", "upscaled", "bandLimited", "indeterminate"}


def test_drops_duplicates_and_damage_are_counted() -> None:
    pictures = _pictures(60)
    pictures[20].skip = 3
    pictures[30].payload = pictures[29].payload
    pictures[40].flags |= BufferFlags.ERROR
    pictures[41].payload = b"cut"
    (rate,) = _rates(list(film(FakeCamera(pictures), _subject(), _ORDER)))
    found = [rate.conditions[name] for name in ("dropped", "duplicates", "corrupt")]
    assert found == [3, 1, 2]


def test_a_size_that_was_silently_changed_is_the_delivered_one() -> None:
    camera = FakeCamera(_pictures(60), granted=(32, 24))
    (rate,) = _rates(list(film(camera, _subject(), _ORDER)))
    assert rate.conditions["deliveredWidth"] == 32
    assert rate.conditions["width"] == _WIDTH


def test_a_jpeg_is_as_large_as_its_own_header_says() -> None:
    cv2 = pytest.importorskip("cv2")
    pictures = []
    for picture in _pictures(60):
        image = np.frombuffer(picture.payload, np.uint8).reshape(_HEIGHT, _WIDTH)
        pictures.append(Picture(cv2.imencode(".jpg", image)[1].tobytes()))
    modes = (Mode("MJPG", 1280, 720, intervals=(Fraction(1, 10),)),)
    rate, detail = (item.measurement for item in _told(FakeCamera(pictures), _subject(*modes)))
    assert rate is not None
    assert detail is not None
    assert rate.conditions["deliveredWidth"] == _WIDTH
    assert rate.conditions["deliveredHeight"] == _HEIGHT
    assert detail.quantity == "effectiveDetail"
    assert detail.conditions["pixelFormat"] == "MJPG"


def test_a_library_that_is_missing_costs_the_detail_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    pictures = [Picture(b"\xff\xd8" + bytes([n]) + b"\xff\xd9") for n in range(60)]
    news = list(film(FakeCamera(pictures), _subject(Mode("MJPG", 64, 48)), _ORDER))
    assert len(_rates(news)) == 1
    assert "no effective detail: cv2 cannot be loaded" in _problems(news)


def _exposed(mode: ExposureAuto) -> tuple[Control, ...]:
    return (
        Control("exposure_auto", "009a0901", 0, 3, 1, 3, int(mode)),
        Control("exposure_absolute", "009a0902", 1, 9999, 1, 1, 2000),
    )


def test_a_rate_that_exposure_limits_is_measured_again_and_all_is_put_back() -> None:
    camera = FakeCamera(
        _pictures(24, after_s=0.2) + _pictures(200, after_s=0.1),
        controls={
            ControlId.EXPOSURE_AUTO: FakeControl(ExposureAuto.APERTURE_PRIORITY),
            ControlId.EXPOSURE_ABSOLUTE: FakeControl(2000),
        },
    )
    subject = _subject(controls=_exposed(ExposureAuto.APERTURE_PRIORITY))
    first, second = _rates(list(film(camera, subject, _ORDER)))
    assert (first.conditions["exposure"], second.conditions["exposure"]) == ("asFound", "fixed")
    assert first.median == pytest.approx(5)
    assert second.median == pytest.approx(10)
    assert (ControlId.EXPOSURE_ABSOLUTE, 1000) in camera.settings
    assert camera.controls[ControlId.EXPOSURE_AUTO].value == ExposureAuto.APERTURE_PRIORITY
    assert camera.controls[ControlId.EXPOSURE_ABSOLUTE].value == 2000


def test_unplugged_while_exposure_is_fixed_says_both() -> None:
    camera = FakeCamera(
        _pictures(23, after_s=0.2),
        controls={ControlId.EXPOSURE_AUTO: FakeControl(ExposureAuto.APERTURE_PRIORITY)},
        fails={"S_CTRL": errno.ENODEV},
        from_call=2,
    )
    controls = _exposed(ExposureAuto.APERTURE_PRIORITY)[:1]
    news = list(film(camera, _subject(controls=controls), _ORDER))
    assert len(_rates(news)) == 1
    assert "could not put back exposure_auto = 3 (No such device)" in _problems(news)
    assert "no frame came" in _problems(news)


def test_a_camera_in_use_is_named_so_and_no_other_mode_is_tried() -> None:
    camera = FakeCamera(_pictures(9), fails={"S_FMT": errno.EBUSY})
    subject = _subject(_GREY, Mode("MJPG", 64, 48))
    (news,) = _told(camera, subject)
    assert news.status is Status.PARTIAL
    assert str(news.problem).startswith("/dev/video0: in use by another program; ")


def test_a_mode_that_is_refused_costs_itself_alone() -> None:
    camera = FakeCamera(_pictures(60), fails={})
    subject = _subject(Mode("\\xff\\xff\\xff\\xff", 4000, 3000), _GREY)
    news = list(film(camera, subject, _ORDER))
    assert "the driver refuses the mode" in _problems(news)
    assert len(_rates(news)) == 1


def test_unplugged_in_mid_capture_ends_the_node_with_its_name() -> None:
    camera = FakeCamera(_pictures(60), fails={"DQBUF": errno.ENODEV}, from_call=9)
    (news,) = _told(camera, _subject())
    assert news.problem == "/dev/video0: unplugged while it was used (ENODEV)"
    assert camera.idle


def test_a_stalled_mode_says_so() -> None:
    (news,) = _told(FakeCamera([]), _subject())
    assert news.problem == ("/dev/video0 GREY 64x48: it streams, and no frame came (within 4.0 s)")


def test_a_node_without_modes_says_so() -> None:
    (news,) = film(FakeCamera([]), Subject("/dev/video0", BufferType.VIDEO_CAPTURE, ()), _ORDER)
    assert news.problem == "/dev/video0 offers no mode to stream"


def test_a_picture_that_never_changes_is_all_duplicates() -> None:
    still = [Picture(bytes(_WIDTH * _HEIGHT)) for _ in range(60)]
    news = list(film(FakeCamera(still), _subject(), _ORDER))
    (rate,) = _rates(news)
    assert rate.conditions["uniqueHz"] == 0
    assert rate.conditions["duplicates"] == rate.conditions["frames"]


def test_no_frame_is_kept_unless_that_was_asked_for(tmp_path: Path) -> None:
    list(film(FakeCamera(_pictures(60)), _subject(), _ORDER))
    assert list(tmp_path.iterdir()) == []
    order = Order("usb-1:2/../x", 8.0, keep_frames=str(tmp_path / "frames"))
    list(film(FakeCamera(_pictures(60)), _subject(), order))
    names = sorted(os.listdir(tmp_path / "frames"))  # noqa: PTH208
    assert len(names) == 8
    assert names[0] == "usb-1_2_.._x-video0-64x48-0.GREY"


def test_a_bit_depth_is_that_of_the_samples() -> None:
    deep = Mode("Y16 ", _WIDTH // 2, _HEIGHT, intervals=(Fraction(1, 10),))
    (rate,) = _rates(list(film(FakeCamera(_pictures(60)), _subject(deep), _ORDER)))
    assert rate.conditions["bitDepth"] == 16
