"""What judging works on: the evidence, with a rating for each package and each camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.model import Kind, Segment
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.camera_rating import CameraRating


@dataclass(frozen=True, slots=True)
class Estimate:
    """An interval and the figure to print for it."""

    interval: Interval
    value: float | None


@dataclass(frozen=True, slots=True)
class PackageRating:
    """What one package is rated for.

    ``tpp`` is total processing performance (tera-operations/s × bits); ``operations`` and
    ``fp64`` are operations/s, the latter of 64-bit floating point; ``die_area`` is mm²,
    ``None`` where unknown; bandwidths are B/s. ``segments`` holds what each fitting row says
    the device is sold for.
    """

    accelerator: Accelerator
    name: str
    tpp: Estimate
    operations: Estimate
    fp64: Estimate
    die_area: Interval | None
    planar: bool
    memory_bandwidth: Estimate
    io_bandwidth: Estimate
    segments: frozenset[Segment | None]
    kinds: frozenset[Kind]
    basis: Basis | None
    detail: str
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    packages: int = 1


@dataclass(frozen=True, slots=True)
class Machine:
    """Evidence with a rating for each package and each camera, by id."""

    evidence: Evidence
    ratings: Mapping[str, PackageRating]
    cameras: Mapping[str, CameraRating] = field(default_factory=dict)
