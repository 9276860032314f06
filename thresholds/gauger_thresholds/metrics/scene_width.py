"""Width of the scene that a camera covers at a pixel density, in metres: pixels ÷ density.

The densities are the levels of IEC 62676-4, of 2014 (monitor 12.5, detect 25, observe 62.5,
recognise 125, identify 250 px/m) and of 2025 (overview 20, outline 40, discern 80, perceive 125,
characterise 250, validate 500, scrutinise 1500), as secondary sources print them.
"""

from __future__ import annotations

from functools import partial

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.camera_scene import extent, words
from gauger_thresholds.metrics.machine import Machine


def _at(density: float, machine: Machine, subject: str) -> Metric:
    """Return the width of the scene of the camera ``subject`` at ``density`` px/m (unit ``m``)."""
    rating = machine.cameras[subject]
    width, shown = extent(rating, 0)
    return camera_metric(
        f"sceneWidth{density:g}",
        "m",
        rating,
        width.scale(1 / density),
        value=None if shown is None else shown / density,
        detail=f"{words(rating)}; at {density:g} px/m",
    )


at_12_5 = partial(_at, 12.5)
at_20 = partial(_at, 20.0)
at_25 = partial(_at, 25.0)
at_40 = partial(_at, 40.0)
at_62_5 = partial(_at, 62.5)
at_80 = partial(_at, 80.0)
at_125 = partial(_at, 125.0)
at_250 = partial(_at, 250.0)
at_500 = partial(_at, 500.0)
at_1500 = partial(_at, 1500.0)
