"""Pixels between the eyes of a face, where the picture covers a scene of stated width.

Inter-eye pixels = 0.063 m × width in pixels ÷ 3 m, at the mean interpupillary distance of adults.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.camera_scene import IPD_M, SCENE_M, extent, words
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the inter-eye pixels over a 3 m wide scene of the camera ``subject`` (``px``)."""
    rating = machine.cameras[subject]
    width, shown = extent(rating, 0)
    return camera_metric(
        "interEyePixels",
        "px",
        rating,
        width.scale(IPD_M / SCENE_M),
        value=None if shown is None else shown * IPD_M / SCENE_M,
        detail=f"{words(rating)}; {IPD_M:g} m between the eyes, a scene {SCENE_M:g} m wide",
    )
