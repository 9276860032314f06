"""Makes cameras and thermal arrays of the rows of a catalogue file.

A ``[[camera]]`` says by USB ids what a camera sees by; a ``[[thermalArray]]`` says at which sizes
the frames of a thermal detector come, so that rows of telemetry are not counted as elements.
"""

from __future__ import annotations

from collections.abc import Mapping

from gauger_thresholds.catalogue.fields import Fields, RowError
from gauger_thresholds.catalogue.model import CameraKind, CameraRow, Grade, ThermalArray
from gauger_thresholds.catalogue.patterns import read_pattern


def read_camera(table: Mapping[str, object]) -> CameraRow:
    """Return the camera that a ``[[camera]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    camera = CameraRow(
        id=row.text("id"),
        name=row.text("name"),
        kind=row.choice("kind", CameraKind),
        patterns=tuple(read_pattern("usb", text) for text in row.texts("usb")),
        arrays=row.texts("arrays"),
        source=row.text("source"),
        grade=row.choice("grade", Grade),
        note=row.maybe_text("note"),
    )
    row.refuse_strangers()
    return camera


def read_array(table: Mapping[str, object]) -> ThermalArray:
    """Return the detector that a ``[[thermalArray]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    array = ThermalArray(
        name=row.text("name"),
        width=_pixels(row, "width"),
        height=_pixels(row, "height"),
        telemetry_rows=row.integer("telemetryRows") or 0,
        doubled=row.flag("doubled"),
        source=row.text("source"),
        grade=row.choice("grade", Grade),
    )
    row.refuse_strangers()
    return array


def _pixels(row: Fields, key: str) -> int:
    value = row.integer(key)
    if value is None:
        raise RowError(f"{key!r} is missing: add it, in elements")
    return value
