"""The picture that scene figures start from: claimed size, narrowed by what was measured.

These figures are for the reference profile, not for law, so a camera without a driver, which
nobody could look through, may deliver anything up to its claim.
"""

from __future__ import annotations

import math

from gauger_thresholds.interval import ANYTHING, ZERO, Interval
from gauger_thresholds.metrics.camera_rating import CameraRating

#: Mean distance between the pupils of adults (Dodgson 2004, 10.1117/12.529999), in metres.
IPD_M = 0.063
#: Width of the scene that inter-eye pixels are stated for, in metres.
SCENE_M = 3.0
#: Smallest inter-eye distance that a maker of 1-to-many recognition asks for (Neurotechnology
#: VeriLook Surveillance), in pixels.
INTER_EYE_PX = 40.0


def extent(rating: CameraRating, axis: int) -> tuple[Interval, float | None]:
    """Return the picture's width (axis 0) or height (1) in pixels, and the figure to print."""
    if rating.camera.virtual:
        return ZERO, 0.0
    if rating.claimed is None:
        return ANYTHING, None
    claimed = float(rating.claimed[axis])
    effective = float(rating.effective[axis]) if rating.effective else claimed
    low = effective if rating.camera.bound else 0.0
    return Interval(low, claimed if rating.whole else math.inf), effective


def words(rating: CameraRating) -> str:
    """Return which picture the figures are for."""
    if rating.claimed is None:
        return "no mode was read"
    text = "claims {}×{}".format(*rating.claimed)
    if rating.effective is not None:
        return text + ", delivers detail of {}×{}".format(*rating.effective)
    return text if rating.camera.bound else f"{text}, no driver to look through"
