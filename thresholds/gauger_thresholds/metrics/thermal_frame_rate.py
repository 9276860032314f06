"""Frame rate of a thermal camera, in Hz; 0 for a camera that sees no heat.

6A003.b.4 Note 3.a and the reasons for control ask for the maximum frame rate, so the claim
counts. A core that repeats frames delivers fewer unique ones; that is evidence beside the claim.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.camera_measured import delivered
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the thermal frame rate of the camera ``subject`` (unit ``Hz``)."""
    rating = machine.cameras[subject]
    low = rating.thermal_rate.low
    detail = f"{rating.sight.value}, claims up to {low:,.4g} Hz"
    for item in delivered(rating.camera):
        detail += f", delivered {item.hz:,.4g} different frames per second at {item.mode}"
    return camera_metric("thermalFrameRate", "Hz", rating, rating.thermal_rate, detail=detail)
