"""Finds the catalogue's row for a camera, by its USB ids and the sizes of its modes."""

from __future__ import annotations

from collections.abc import Collection

from gauger_probes.evidence.camera import Camera
from gauger_thresholds.catalogue.model import CameraRow, Catalogue, Pattern


def camera_row(
    catalogue: Catalogue, camera: Camera, sizes: Collection[tuple[int, int]]
) -> CameraRow | None:
    """Return the row that fits ``camera``, whose modes have ``sizes``; ``None`` where none does.

    A row that names arrays fits where no size is known, or every size is one of a frame of them.
    """
    for row in catalogue.cameras:
        if any(_fits(pattern, camera) for pattern in row.patterns):
            frames = {
                frame
                for array in catalogue.thermal_arrays
                if array.name in row.arrays
                for frame in array.frames()
            }
            if not frames or set(sizes) <= frames:
                return row
    return None


def _fits(pattern: Pattern, camera: Camera) -> bool:
    usb = camera.usb
    return (
        usb is not None
        and usb.vendor == pattern.vendor
        and pattern.first <= usb.product <= pattern.last
    )
