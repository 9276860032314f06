"""The four words, on a simulated sensor before a wall."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from gauger_probes.cameras.detail.analyse import Codec, Source, Word, analyse
from gauger_probes.cameras.detail.jpeg import luma_table
from support.sensor_frames import sensor_frames, through_jpeg

RAW = Source(Codec.RAW)


def test_a_native_sensor_is_native_at_its_full_size() -> None:
    detail = analyse(sensor_frames(), RAW)
    assert (detail.word, detail.factor, detail.reason) == (Word.NATIVE, None, None)
    assert (detail.width, detail.height) == (1200, 960)


@pytest.mark.parametrize("factor", [1.25, 4 / 3, 1.5, 5 / 3, 2.0, 2.4, 3.0])
def test_upscaling_is_found_with_its_factor(factor: float) -> None:
    detail = analyse(sensor_frames(factor), RAW)
    assert detail.word is Word.UPSCALED
    assert detail.factor == pytest.approx(factor, rel=0.01)
    assert detail.width == pytest.approx(1200 / factor, rel=0.01)
    assert detail.height == pytest.approx(960 / factor, rel=0.01)


def test_a_lattice_at_a_quarter_alone_is_worded_for_what_it_shows() -> None:
    detail = analyse(sensor_frames(2.0, kernel=cv2.INTER_LINEAR), RAW)
    assert detail.reason == (
        "sensor lattice 2x coarser than the pixel grid (upscaled ×2 or quad-Bayer)"
    )


@pytest.mark.parametrize("factor", [4 / 3, 2.0])
def test_the_nearest_pixel_is_found_by_exact_repetition(factor: float) -> None:
    detail = analyse(sensor_frames(factor, kernel=cv2.INTER_NEAREST), RAW)
    assert detail.word is Word.UPSCALED
    assert detail.factor == pytest.approx(factor, rel=0.01)
    assert "repeat" in (detail.reason or "")


def test_softness_is_band_limited_and_blames_nobody() -> None:
    detail = analyse(sensor_frames(blur=1.0, sigma=6.0), RAW)
    assert detail.word is Word.BAND_LIMITED
    assert detail.factor is None
    assert 200 < detail.width < 900
    assert "not told apart" in (detail.reason or "")


def test_softness_in_a_small_frame_is_indeterminate() -> None:
    detail = analyse(sensor_frames(blur=1.0, sigma=6.0, size=(640, 480)), RAW)
    assert detail.word is Word.INDETERMINATE
    assert "1 MP" in (detail.reason or "")


def test_scaling_along_one_axis_is_not_called_native() -> None:
    wide = np.stack(
        [cv2.resize(f, (1200, 960), interpolation=cv2.INTER_LINEAR) for f in _narrow()]
    ).astype(np.uint8)
    detail = analyse(wide, RAW)
    assert detail.word is Word.INDETERMINATE
    assert detail.reason == "a lattice along one axis only"


def test_a_lattice_before_a_fine_mesh_is_not_believed() -> None:
    columns = 25 * np.sin(2 * np.pi * 0.23 * np.arange(1200))[None, :]
    rows = 25 * np.sin(2 * np.pi * 0.23 * np.arange(960))[:, None]
    mesh = np.round(columns + rows)
    scaled = (sensor_frames(1.5) + mesh).astype(np.uint8)
    detail = analyse(scaled, RAW)
    assert detail.word is Word.INDETERMINATE
    assert "periodic" in (detail.reason or "")
    assert analyse((sensor_frames() + mesh).astype(np.uint8), RAW).word is Word.NATIVE


def test_a_moving_object_does_not_hide_a_lattice() -> None:
    frames = sensor_frames(2.0)
    for place, frame in enumerate(frames):
        frame[200:500, 100 + 40 * place : 400 + 40 * place] += np.uint8(60)
    detail = analyse(frames, RAW)
    assert (detail.word, detail.factor) == (Word.UPSCALED, 2.0)


def test_a_large_frame_needs_three_of_four_parts_to_agree() -> None:
    scaled = sensor_frames(1.5, size=(2304, 1536), count=4)
    detail = analyse(scaled, RAW)
    assert (detail.word, detail.factor) == (Word.UPSCALED, 1.5)
    assert detail.evidence["cropsAgreeing"] == 4
    mixed = sensor_frames(size=(2304, 1536), count=4)
    mixed[:, 1024:] = scaled[:, 1024:]
    detail = analyse(mixed, RAW)
    assert detail.word is Word.INDETERMINATE
    assert "disagree" in (detail.reason or "")


def test_mjpeg_shows_one_and_a_half() -> None:
    frames, data = through_jpeg(sensor_frames(1.5), 92)
    detail = analyse(frames, Source(Codec.MJPEG, luma_table(data)))
    assert (detail.word, detail.factor) == (Word.UPSCALED, 1.5)


def test_mjpeg_never_calls_two_upscaled_nor_native() -> None:
    frames, data = through_jpeg(sensor_frames(2.0), 92)
    detail = analyse(frames, Source(Codec.MJPEG, luma_table(data)))
    assert detail.word in {Word.BAND_LIMITED, Word.INDETERMINATE}
    assert "×2" in (detail.reason or "")


def test_mjpeg_without_its_table_is_not_judged_native() -> None:
    frames, _ = through_jpeg(sensor_frames(), 92)
    detail = analyse(frames, Source(Codec.MJPEG))
    assert detail.word is Word.INDETERMINATE
    assert "table" in (detail.reason or "")


def test_a_coarse_quantiser_is_the_reason_given() -> None:
    frames, data = through_jpeg(sensor_frames(), 60)
    detail = analyse(frames, Source(Codec.MJPEG, luma_table(data)))
    assert detail.word is Word.INDETERMINATE
    assert "quantiser" in (detail.reason or "") or "do not change" in (detail.reason or "")


def test_evidence_is_plain_json_with_strengths_at_frequencies() -> None:
    evidence = json.loads(json.dumps(analyse(sensor_frames(1.5), RAW).evidence, allow_nan=False))
    (crop,) = evidence["crops"]
    assert crop["lines"][0]["frequency"] == pytest.approx(1 / 3, abs=0.002)
    assert crop["lines"][0]["z"] > 20
    assert 0.2 < crop["cutoffAcross"] < 0.36


def _narrow() -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    return list(sensor_frames(size=(800, 960)))
