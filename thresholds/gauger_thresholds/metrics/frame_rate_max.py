"""Frame rate of a camera: the highest that any mode claims, in Hz.

6A003.a.4, 6A003.a.5 and 6A203.b (Regulation (EU) 2021/821 Annex I) count full frames per second.
A camera with a mode that states no interval is not bounded.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the highest claimed frame rate of the camera ``subject`` (unit ``Hz``)."""
    rating = machine.cameras[subject]
    low = rating.frame_rate.low
    detail = f"claims up to {low:,.4g} Hz" if low > 0 else "no mode states a frame interval"
    span = rating.frame_rate
    return camera_metric("frameRateMax", "Hz", rating, span, value=low or None, detail=detail)
