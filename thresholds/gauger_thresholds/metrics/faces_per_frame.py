"""Faces that fit into one picture side by side at a stated inter-eye distance.

Each face takes the square that the ArcFace template crops: 112 pixels wide at 35.24 between the
eyes, so 127 pixels at 40 (deepinsight/insightface @ 7fadd42, face_align.py).
"""

from __future__ import annotations

import math

from gauger_thresholds.findings import Metric
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.camera_scene import INTER_EYE_PX, extent, words
from gauger_thresholds.metrics.machine import Machine

#: Side of a face's square per pixel between the eyes: 112 ÷ (73.53 - 38.29).
_SQUARE = 112 / 35.24
_SIDE = _SQUARE * INTER_EYE_PX


def metric(machine: Machine, subject: str) -> Metric:
    """Return how many faces fit at 40 px between the eyes (unit ``faces``)."""
    rating = machine.cameras[subject]
    (width, shown_width), (height, shown_height) = extent(rating, 0), extent(rating, 1)
    known = shown_width is not None and shown_height is not None
    return camera_metric(
        "facesPerFrame",
        "faces",
        rating,
        Interval(faces_in(width.low, height.low), faces_in(width.high, height.high)),
        value=faces_in(shown_width or 0.0, shown_height or 0.0) if known else None,
        detail=f"{words(rating)}; {_SIDE:.0f} px square for each face",
    )


def faces_in(width: float, height: float) -> float:
    """Return how many faces fit into a picture of ``width`` × ``height`` pixels."""
    if math.isinf(width) or math.isinf(height):
        return math.inf
    return float(math.floor(width / _SIDE) * math.floor(height / _SIDE))
