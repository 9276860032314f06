"""Active pixels of a camera: the largest picture that it claims, in pixels.

6A003.b.1 (Regulation (EU) 2021/821 Annex I) counts the pixels that serve for moving pictures, so a
video mode's width × height; a thermal frame counts without its telemetry rows and its second copy.
Where an upscaled picture was measured the interval begins at the detail that it delivers.
"""

from __future__ import annotations

import math

from gauger_thresholds.findings import Metric
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.build import camera_metric
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the active pixels of the camera ``subject`` (unit ``px``)."""
    rating = machine.cameras[subject]
    interval = rating.pixels
    detail = "no mode was read"
    if rating.claimed is not None:
        detail = "claims {}×{}".format(*rating.claimed)
    if rating.effective is not None:
        interval = Interval(min(float(math.prod(rating.effective)), interval.low), interval.high)
        detail += ", delivers detail of {}×{}".format(*rating.effective)
    value = rating.pixels.low if rating.claimed is not None else None
    return camera_metric("activePixels", "px", rating, interval, value=value, detail=detail)
