"""What judging works on: the evidence, with a rating for each package and each camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.cpu_rating import AtClock
from gauger_thresholds.catalogue.model import Device, Kind, Segment
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.camera_rating import CameraRating
from gauger_thresholds.metrics.contradictions import Contradiction
from gauger_thresholds.metrics.unit_rating import UnitRating


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
    the device is sold for. ``packages`` counts the packages that this entry stands for; an entry
    that is one of several functions of a package stands for a part of one. ``rows`` are the
    catalogue's rows that fit, ``units`` the ratings by units × clock, ``contradictions`` what the
    sources say against each other; ``clocks`` is a processor's TPP at each stated clock.
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
    packages: float = 1
    rows: tuple[Device, ...] = ()
    units: tuple[UnitRating, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    clocks: tuple[AtClock, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """Evidence with a rating for each package and each camera, by id."""

    evidence: Evidence
    ratings: Mapping[str, PackageRating]
    cameras: Mapping[str, CameraRating] = field(default_factory=dict)
