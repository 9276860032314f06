"""Writes what the catalogue states beside what was read, so that a reader sees both.

These figures are for people: judging never reads them, it rates the device anew from its
identities with the judge's own catalogue.
"""

from __future__ import annotations

import dataclasses
import math

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.common import Rating
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Catalogue, Device
from gauger_thresholds.interval import ANYTHING, Interval
from gauger_thresholds.metrics.machine import Machine, PackageRating
from gauger_thresholds.metrics.rating import rate_machine


def with_ratings(evidence: Evidence, catalogue: Catalogue) -> Evidence:
    """Return ``evidence`` with each package's ``rated`` filled from the catalogue."""
    machine = rate_machine(evidence, catalogue)
    rated = tuple(
        dataclasses.replace(item, rated=item.rated + _ratings(item, machine, catalogue))
        for item in evidence.accelerators
    )
    return dataclasses.replace(evidence, accelerators=rated)


def _ratings(item: Accelerator, machine: Machine, catalogue: Catalogue) -> tuple[Rating, ...]:
    if item.id not in machine.ratings:
        return ()
    rating = machine.ratings[item.id]
    if item.bus is Bus.CPU:
        return _cpu(rating)
    rows = devices_for(catalogue, item)
    figures = tuple(figure for row in rows for figure in _device(row))
    return (*figures, *_total(rating))


def _device(row: Device) -> tuple[Rating, ...]:
    source = f"catalogue:{row.id}"
    rates = tuple(
        _stated("gemm", precision, _unit(precision), figure.interval, source)
        for precision, figure in row.rates.items()
    )
    memory = row.memory_bandwidth
    if memory is None:
        return rates
    return (*rates, _stated("memoryBandwidth", None, "B/s", memory.interval, source))


def _cpu(rating: PackageRating) -> tuple[Rating, ...]:
    """Cores × clock × operations per cycle; single precision fills a lane twice as often."""
    if rating.fp64.interval.high == ANYTHING.high:
        return ()
    source = rating.sources[0] if rating.sources else "bound"
    double = rating.fp64.interval.scale(rating.packages)
    return (
        _stated("gemm", "fp64", "FLOP/s", double, source),
        _stated("gemm", "fp32", "FLOP/s", double.scale(2), source),
        *_total(rating),
    )


def _total(rating: PackageRating) -> tuple[Rating, ...]:
    if rating.basis is None:
        return ()
    source = ", ".join(rating.sources) or "bound"
    basis = rating.basis.value
    interval = rating.tpp.interval
    value = rating.tpp.value
    return (Rating("tpp", None, "TPP", value, interval.low, interval.high, basis, source),)


def _stated(
    quantity: str, precision: str | None, unit: str, interval: Interval, source: str
) -> Rating:
    high = None if math.isinf(interval.high) else interval.high
    value = None if high is None else interval.middle
    return Rating(quantity, precision, unit, value, interval.low, high, "catalogue", source)


def _unit(precision: str) -> str:
    return "OP/s" if precision.startswith("int") else "FLOP/s"
