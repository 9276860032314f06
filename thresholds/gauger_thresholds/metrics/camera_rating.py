"""What each camera claims, as intervals: the figures that every camera metric is taken from.

Law counts what the maker claims, so a claim is exact and a measurement never lowers it. Where
modes may be missing nothing bounds a figure from above; a camera that may see heat and has no
driver is known by its descriptors alone, so neither are its elements and rate bounded. A camera
whose driver makes the picture has no sensor, and so nothing that counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gauger_probes.evidence.camera import Camera, Mode
from gauger_thresholds.catalogue.camera_match import camera_row
from gauger_thresholds.catalogue.model import CameraRow, Catalogue
from gauger_thresholds.interval import ANYTHING, ZERO, Interval
from gauger_thresholds.metrics.camera_measured import beyond_claim, upscaled_size
from gauger_thresholds.metrics.camera_modes import all_read, fastest, gaps, modes_of, size
from gauger_thresholds.metrics.thermal import Sight, heat_modes, picture, sight_of


@dataclass(frozen=True, slots=True)
class CameraRating:
    """What one camera claims. ``claimed`` is its largest picture in pixels.

    ``effective`` is the size whose detail was measured in that picture where it is upscaled.
    Rates are in Hz, ``pixel_rate`` in px/s, ``elements`` counts those of a thermal array.
    ``missing`` says what would bound the figures.
    """

    camera: Camera
    name: str
    modes: tuple[Mode, ...]
    sight: Sight
    claimed: tuple[int, int] | None
    effective: tuple[int, int] | None
    pixels: Interval
    pixel_rate: Interval
    frame_rate: Interval
    elements: Interval
    thermal_rate: Interval
    whole: bool
    sources: tuple[str, ...]
    missing: tuple[str, ...]


def rate_camera(camera: Camera, catalogue: Catalogue) -> CameraRating:
    """Rate one camera by its modes and, where its ids are known, by the catalogue."""
    modes = () if camera.virtual else modes_of(camera)
    whole = camera.virtual or all_read(camera)
    row = None if camera.virtual else camera_row(catalogue, camera, {size(mode) for mode in modes})
    sight = Sight.OTHER if camera.virtual else sight_of(row, modes, whole, catalogue)
    sizes = [_size(mode, sight, catalogue) for mode in modes]
    claimed = max(sizes, key=math.prod, default=None)
    rates = [fastest(mode) for mode in modes]
    return CameraRating(
        camera=camera,
        name=camera.name or (row.name if row else camera.id),
        modes=modes,
        sight=sight,
        claimed=claimed,
        effective=upscaled_size(camera, claimed),
        pixels=_highest([float(math.prod(item)) for item in sizes], whole),
        pixel_rate=_highest(
            [None if rate is None else math.prod(item) * rate
             for item, rate in zip(sizes, rates, strict=True)],
            whole,
        ),
        frame_rate=_raised(_highest(rates, whole), camera),
        elements=_elements(camera, sight, modes, whole, catalogue),
        thermal_rate=_thermal_rate(camera, sight, modes, whole),
        whole=whole,
        sources=_sources(camera, row),
        missing=_missing(camera, modes, sight, whole, rates),
    )  # fmt: skip


def _size(mode: Mode, sight: Sight, catalogue: Catalogue) -> tuple[int, int]:
    frame = size(mode)
    return picture(frame, catalogue) if sight in (Sight.THERMAL, Sight.SUSPECT) else frame


def _highest(figures: list[float | None] | list[float], whole: bool) -> Interval:
    """The highest figure; unbounded where one is not stated or a mode may be missing."""
    known = [figure for figure in figures if figure is not None]
    low = max(known, default=0.0)
    return Interval(low, low if whole and len(known) == len(figures) else math.inf)


def _raised(claimed: Interval, camera: Camera) -> Interval:
    """A delivered rate beyond the claim raises the upper end; none ever lowers it."""
    return Interval(claimed.low, max(claimed.high, beyond_claim(camera, claimed.low)))


def _elements(
    camera: Camera, sight: Sight, modes: tuple[Mode, ...], whole: bool, catalogue: Catalogue
) -> Interval:
    if sight is Sight.OTHER:
        return ZERO
    if sight is Sight.UNKNOWN:
        return ANYTHING
    known = [float(math.prod(picture(size(mode), catalogue))) for mode in heat_modes(sight, modes)]
    counted = _highest(known, whole and camera.bound)
    return Interval(max(counted.low, 1) if sight is Sight.THERMAL else 0.0, max(counted.high, 1))


def _thermal_rate(camera: Camera, sight: Sight, modes: tuple[Mode, ...], whole: bool) -> Interval:
    if sight is Sight.OTHER:
        return ZERO
    if sight is Sight.UNKNOWN:
        return ANYTHING
    rates = [fastest(mode) for mode in heat_modes(sight, modes)]
    return _raised(_highest(rates, whole and camera.bound), camera)


def _sources(camera: Camera, row: CameraRow | None) -> tuple[str, ...]:
    nodes = [f"v4l2:{node.path}" for node in camera.nodes if node.modes]
    found = ["usb:descriptors"] if camera.descriptor_modes else []
    return (*([f"catalogue:{row.id}"] if row else []), *nodes, *found)


def _missing(
    camera: Camera,
    modes: tuple[Mode, ...],
    sight: Sight,
    whole: bool,
    rates: list[float | None],
) -> tuple[str, ...]:
    name = f"{camera.name or camera.id} at {camera.address}"
    bind = "bind its driver, or authorise it, and run again"
    why = "; ".join(gaps(camera)) or "none was read"
    heat = sight in (Sight.THERMAL, Sight.SUSPECT)
    if not camera.bound and (heat or not modes):
        return (f"the modes of {name} ({'descriptors alone' if modes else why}): {bind}",)
    if not whole or not modes:
        ask = "run with permission to ask its nodes, or ask its maker" if camera.bound else bind
        return () if camera.virtual else (f"every mode of {name} ({why}): {ask}",)
    if None in rates:
        return (f"the frame rate of {name}: a mode states none; ask its maker",)
    return ()
