"""Elements of a thermal camera's detector, and 0 for a camera that sees no heat.

6A003.b.4.b (15 CFR 774 Supplement 1) counts the elements of the focal plane array: a mode's width
× height without telemetry rows and without a second copy of the picture. A camera that may be
thermal has from 0 to that many; one without a driver is not bounded.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the thermal elements of the camera ``subject`` (unit ``elements``)."""
    rating = machine.cameras[subject]
    detail = f"{rating.sight.value}, by {', '.join(rating.sources) or 'nothing that was read'}"
    return camera_metric("thermalElements", "elements", rating, rating.elements, detail=detail)
