"""A camera's line says what it claims and what it delivered, whatever the file holds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gauger_agent.report.camera_line import camera_row
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.common import Measurement
from support.evidence import sample_camera

_MODE = {"width": 1920, "height": 1080, "pixelFormat": "YUYV"}


def _with(quantity: str, median: float, **conditions: Any) -> Camera:
    entry = Measurement(quantity, None, "Hz", median, 0, median, 9, 0.95, "m", conditions)
    return dataclasses.replace(sample_camera(), measurements=(entry,))


@pytest.mark.parametrize(
    ("camera", "text"),
    [
        (_with("frameRate", 29.97, **_MODE, claimedHz=30), "1920×1080 YUYV 30 of 30 Hz"),
        (_with("frameRate", 27.0, **_MODE, claimedHz=27, uniqueHz=9.0), "YUYV 9 of 27 Hz"),
        (_with("frameRate", 7.5, **_MODE, exposure="fixed"), "YUYV 7.5 Hz with exposure fixed"),
        (_with("effectiveDetail", 1, **_MODE, word="upscaled", factor=1.5), "detail upscaled ×1.5"),
        (_with("effectiveDetail", 1, **_MODE, word="native", factor=None), "detail native"),
        (_with("frameRate", 5, width=[], claimedHz={"a": 1}), "[]×None None 5 Hz"),
    ],
)
def test_what_was_measured_stands_beside_the_claim(camera: Camera, text: str) -> None:
    assert text in camera_row(camera)[2]


def test_another_quantity_adds_nothing() -> None:
    assert camera_row(_with("brightness", 5))[2] == camera_row(sample_camera())[2]
