"""Whether long exposure holds a camera's rate down, and how to rule that out for a while.

Automatic exposure may lengthen the time of one frame beyond the claimed interval (V4L2,
"Camera Control Reference": ``V4L2_CID_EXPOSURE_AUTO_PRIORITY``), so that a dark room halves a rate.
"""

from __future__ import annotations

from collections.abc import Iterable

from gauger_probes.cameras.controls import EXPOSURE_UNIT_S, Borrowed
from gauger_probes.cameras.v4l2_control_abi import ControlId, ExposureAuto
from gauger_probes.evidence.camera import Control

#: Below this part of its claim a mode is clearly slower; timers of cameras are off by less.
_CLEARLY = 0.9


def may_limit(delivered_hz: float, claimed_hz: float | None, controls: Iterable[Control]) -> bool:
    """Return whether a mode is clearly slower than claimed and exposure could be the cause."""
    values = {control.name: control.value for control in controls}
    automatic = values.get("exposure_auto", ExposureAuto.MANUAL) != ExposureAuto.MANUAL
    return claimed_hz is not None and delivered_hz < _CLEARLY * claimed_hz and automatic


def fix(borrowed: Borrowed, controls: Iterable[Control], claimed_hz: float) -> None:
    """Fix the exposure at no more than one interval of the claimed rate.

    Raises:
        OSError: the camera refuses; what was changed is the borrower's to put back.
    """
    found = {control.name: control for control in controls}
    if "exposure_dynamic_framerate" in found:
        borrowed.set(ControlId.EXPOSURE_DYNAMIC_FRAMERATE, 0)
    borrowed.set(ControlId.EXPOSURE_AUTO, ExposureAuto.MANUAL)
    time = found.get("exposure_absolute")
    if time is not None:
        longest = int(1 / claimed_hz / EXPOSURE_UNIT_S)
        known = time.value if time.value is not None else longest
        borrowed.set(ControlId.EXPOSURE_ABSOLUTE, min(longest, known))
