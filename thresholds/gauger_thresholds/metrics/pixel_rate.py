"""Pixel rate of a camera: the highest width × height × frame rate over the modes it claims.

6A293 (15 CFR 774 Supplement 1) asks for the throughput in pixels per second.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the highest pixel rate of the camera ``subject`` (unit ``px/s``)."""
    rating = machine.cameras[subject]
    detail = f"the highest width × height × rate over {len(rating.modes)} claimed modes"
    return camera_metric("pixelRate", "px/s", rating, rating.pixel_rate, detail=detail)
