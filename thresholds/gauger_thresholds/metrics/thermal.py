"""Whether a camera may see heat, and with how many elements.

The catalogue knows some cameras by their ids. Of the others, the pixel formats raise the question
(16-bit grey; grey alone at the size of a thermal array) and so do frames that carry a thermal
array's telemetry rows or hold it twice. No probe sees a sensor's spectral band, so a question it
stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from gauger_probes.evidence.camera import Mode
from gauger_thresholds.catalogue.model import CameraKind, CameraRow, Catalogue, ThermalArray
from gauger_thresholds.metrics.camera_modes import formats, size

_GREY = frozenset({"GREY", "Y04", "Y06", "Y8", "Y10", "Y12", "Y14", "Y16"})
_RAW_HEAT = "Y16"


class Sight(Enum):
    """What a camera sees by, as far as ids and formats tell."""

    THERMAL = "thermal"
    SUSPECT = "may be thermal"
    OTHER = "not thermal"
    UNKNOWN = "unknown"


def sight_of(
    row: CameraRow | None, modes: tuple[Mode, ...], whole: bool, catalogue: Catalogue
) -> Sight:
    """Return what a camera with these modes sees by; ``whole``: no mode can be missing."""
    if row is not None:
        return Sight.THERMAL if row.kind is CameraKind.THERMAL else Sight.OTHER
    if _RAW_HEAT in formats(modes) or _telling(modes, catalogue.thermal_arrays):
        return Sight.SUSPECT
    return Sight.OTHER if modes and whole else Sight.UNKNOWN


def _telling(modes: Iterable[Mode], arrays: Iterable[ThermalArray]) -> bool:
    grey_alone = is_grey(modes)
    plain = {(array.width, array.height) for array in arrays}
    with_more = {frame for array in arrays for frame in array.frames()} - plain
    sizes = {size(mode) for mode in modes}
    return bool(sizes & with_more) or (grey_alone and bool(sizes & plain))


def is_grey(modes: Iterable[Mode]) -> bool:
    """Return whether every format is a grey one (and there is one)."""
    found = formats(modes)
    return bool(found) and found <= _GREY


def heat_modes(sight: Sight, modes: tuple[Mode, ...]) -> tuple[Mode, ...]:
    """Return the modes that could show heat: of a suspected camera the 16-bit ones, else all.

    Beside them a suspected camera may have a visible-light sensor whose pixels are no elements.
    """
    raw = tuple(mode for mode in modes if formats([mode]) == {_RAW_HEAT})
    return raw if sight is Sight.SUSPECT and raw else modes


def picture(frame: tuple[int, int], catalogue: Catalogue) -> tuple[int, int]:
    """Return the elements behind a thermal frame, telemetry rows and a second copy left out."""
    for array in catalogue.thermal_arrays:
        if frame in array.frames():
            return array.width, array.height
    return frame
