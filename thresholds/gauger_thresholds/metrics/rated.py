"""Writes what the catalogue states beside what was read, so that a reader sees both.

These figures are for people: judging reads none of them but what a person declared, and rates the
device anew from its identities with the judge's own catalogue.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.common import Rating
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Catalogue, Device, Figure
from gauger_thresholds.findings import Basis
from gauger_thresholds.metrics.contradictions import CATALOGUE
from gauger_thresholds.metrics.machine import Machine, PackageRating
from gauger_thresholds.metrics.rated_cpu import processor_figures
from gauger_thresholds.metrics.rated_units import unit_figures
from gauger_thresholds.metrics.rating import rate_machine


def with_ratings(evidence: Evidence, catalogue: Catalogue) -> Evidence:
    """Return ``evidence`` with each package's ``rated`` filled, and its row's own name added.

    A row's name stands as an identity of source ``catalogue:…``: an old table of PCI names, or
    none, leaves no device nameless.
    """
    machine = rate_machine(evidence, catalogue)
    rated = tuple(
        dataclasses.replace(
            item,
            identities=(*item.identities, *_names(item, machine)),
            rated=(*item.rated, *_ratings(item, machine, catalogue)),
        )
        for item in evidence.accelerators
    )
    return dataclasses.replace(evidence, accelerators=rated)


def _names(item: Accelerator, machine: Machine) -> Iterator[Identity]:
    if item.id in machine.ratings:
        for row in machine.ratings[item.id].rows:
            yield Identity(source=f"{CATALOGUE}{row.id}", name=row.name)


def _ratings(item: Accelerator, machine: Machine, catalogue: Catalogue) -> tuple[Rating, ...]:
    if item.id not in machine.ratings:
        return ()
    rating = machine.ratings[item.id]
    if item.bus is Bus.CPU:
        return (*_total(rating), *processor_figures(rating))
    rows = devices_for(catalogue, item)
    figures = tuple(figure for row in rows for figure in _device(row))
    return (*figures, *_total(rating), *unit_figures(item, rows, catalogue))


def _device(row: Device) -> Iterator[Rating]:
    source = f"catalogue:{row.id}"
    for precision, figure in (*row.rates.items(), *row.wide_rates.items()):
        yield _stated("gemm", precision, _unit(precision), figure, source)
    bandwidths = {"memoryBandwidth": row.memory_bandwidth, "ioBandwidth": row.io_bandwidth}
    for quantity, stated in bandwidths.items():
        if stated is not None:
            yield _stated(quantity, None, "B/s", stated, source)


def _total(rating: PackageRating) -> tuple[Rating, ...]:
    if rating.basis is None:
        return ()
    source = ", ".join(rating.sources) or "bound"
    basis = rating.basis.value
    interval = rating.tpp.interval
    value = rating.tpp.value
    return (Rating("tpp", None, "TPP", value, interval.low, interval.high, basis, source),)


def _stated(quantity: str, precision: str | None, unit: str, figure: Figure, source: str) -> Rating:
    interval = figure.interval
    high = None if math.isinf(interval.high) else interval.high
    value = None if high is None else interval.middle
    return Rating(
        quantity=quantity,
        precision=precision,
        unit=unit,
        value=value,
        low=interval.low,
        high=high,
        basis=Basis.CATALOGUE.value,
        source=source,
        accumulate=figure.accumulate,
    )


def _unit(precision: str) -> str:
    return "OP/s" if precision.startswith("int") else "FLOP/s"
