"""Frames of which nothing can be said, each with the reason a person can act on."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.cameras.detail.analyse import Codec, Detail, Source, Word, analyse
from support.sensor_frames import Frames, sensor_frames

RAW = Source(Codec.RAW)
SMALL = (512, 384)


def _refused(frames: Frames, source: Source = RAW) -> str:
    detail: Detail = analyse(frames, source)
    assert detail.word is Word.INDETERMINATE
    assert detail.factor is None
    assert (detail.width, detail.height) == (frames.shape[2], frames.shape[1])
    assert detail.reason is not None
    return detail.reason


def test_h264_is_never_judged() -> None:
    assert "H.264" in _refused(sensor_frames(size=SMALL), Source(Codec.H264))


def test_an_unknown_codec_is_never_judged() -> None:
    assert "codec" in _refused(sensor_frames(size=SMALL), Source(Codec.OTHER))


def test_three_frames_are_too_few() -> None:
    assert "too few" in _refused(sensor_frames(size=SMALL, count=3))


def test_frames_delivered_twice_count_once() -> None:
    twice = sensor_frames(size=SMALL, count=3).repeat(4, axis=0)
    assert "too few different frames: 3" in _refused(twice)


def test_a_thumbnail_is_too_small() -> None:
    assert "too small" in _refused(sensor_frames(size=(320, 200)))


def test_noise_below_the_rounding_says_how_to_get_more() -> None:
    reason = _refused(sensor_frames(size=SMALL, sigma=0.2))
    assert "too little noise" in reason
    assert "gain" in reason


def test_pixels_that_do_not_change_are_told_from_a_quiet_sensor() -> None:
    frames = sensor_frames(size=SMALL, sigma=6.0)
    frames[:, :, : SMALL[0] * 6 // 10] = frames[:1, :, : SMALL[0] * 6 // 10]
    frames[:, ::2, ::2] = frames[:1, ::2, ::2]
    reason = _refused(frames)
    assert "do not change" in reason or "scene moves" in reason


@pytest.mark.parametrize("level", [0.0, 300.0])
def test_a_black_or_white_picture_is_not_judged(level: float) -> None:
    assert "saturated or black" in _refused(sensor_frames(size=SMALL, level=level, sigma=4.0))


def test_exposure_that_settles_is_not_judged() -> None:
    ramp = np.linspace(1.0, 1.2, 8)[:, None, None]
    frames = (sensor_frames(size=SMALL) * ramp).astype(np.uint8)
    assert "brightness drifts" in _refused(frames)


def test_a_scene_that_moves_is_not_judged() -> None:
    frames = sensor_frames(size=SMALL)
    rng = np.random.default_rng(3)
    for frame in frames:
        frame[:, : SMALL[0] * 4 // 10] = rng.integers(20, 220, (SMALL[1], 1), np.uint8)
    assert "moves" in _refused(frames) or "drifts" in _refused(frames)


def test_frames_of_another_shape_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="8-bit"):
        analyse(np.zeros((4, 4), np.uint8), RAW)
