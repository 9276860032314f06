"""Raises a rating to what a device may be besides: the larger of what its sources call it.

A source that contradicts the ids, a driver that counts more units than the row's bound allows, and
a driver of another maker leave open which device it is. What the ids are rated at stays sure; the
rest is open, and said so. A product whose maker limits its units (``fused``) is not raised by them.
"""

from __future__ import annotations

import dataclasses

from gauger_thresholds.catalogue.match import devices_for, rows_named
from gauger_thresholds.catalogue.model import Catalogue
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, Interval, hull
from gauger_thresholds.metrics.contradictions import Contradiction
from gauger_thresholds.metrics.machine import Estimate, PackageRating
from gauger_thresholds.metrics.row_package import from_rows, merge, unknown
from gauger_thresholds.metrics.row_rating import at_most
from gauger_thresholds.metrics.unit_rating import UnitRating, by_units

#: A driver's clock lies above the one that a row or a bound is reckoned with by up to this.
CLOCKS = 1.30


def raised(rating: PackageRating, catalogue: Catalogue) -> PackageRating:
    """Return ``rating``, reaching up to the largest device that its sources allow."""
    if rating.tpp.interval.high == ANYTHING.high:
        return rating
    upwards = [item for item in rating.contradictions if item.upwards]
    larger = [other for item in upwards for other in _as_stated(rating, item, catalogue)]
    larger += [_of_units(rating, item) for item in _beyond(rating)]
    most = max(larger, key=lambda item: item.tpp.interval.high, default=None)
    if most is None or most.tpp.interval.high <= rating.tpp.interval.high:
        return rating
    return _up_to(rating, most, _said(rating, upwards))


def _said(rating: PackageRating, upwards: list[Contradiction]) -> str:
    if upwards:
        first = upwards[0]
        return f"{first.identity.source} says {first.subject} {first.by_source}"
    return f"its driver counts {_beyond(rating)[0].detail}"


def _up_to(rating: PackageRating, most: PackageRating, said: str) -> PackageRating:
    areas = [area for area in (rating.die_area, most.die_area) if area is not None]
    high = most.tpp.interval.high
    return dataclasses.replace(
        rating,
        tpp=_reaching(rating.tpp, most.tpp),
        operations=_reaching(rating.operations, most.operations),
        fp64=_reaching(rating.fp64, most.fp64),
        die_area=hull(areas) if areas else None,
        memory_bandwidth=merge([rating.memory_bandwidth, most.memory_bandwidth]),
        io_bandwidth=merge([rating.io_bandwidth, most.io_bandwidth]),
        segments=rating.segments | most.segments,
        kinds=rating.kinds | most.kinds,
        basis=None if high == ANYTHING.high else Basis.BOUND,
        detail=f"{rating.detail}; {said}: {most.detail}",
        sources=tuple(dict.fromkeys((*rating.sources, *most.sources))),
        missing=(
            f"which device {rating.accelerator.address} is: PCI ids say {rating.name}, {said}: "
            "measure it, or read the marking on the chip",
        ),
    )


def _reaching(known: Estimate, larger: Estimate) -> Estimate:
    high = max(known.interval.high, larger.interval.high)
    value = None if high == ANYTHING.high else high
    return Estimate(Interval(known.interval.low, high), value)


def _beyond(rating: PackageRating) -> list[UnitRating]:
    """Counts that no clock brings within what the rows allow."""
    if rating.rows and all(row.fused for row in rating.rows):
        return []
    functions = max((row.functions for row in rating.rows), default=1)
    allowed = rating.tpp.interval.high * CLOCKS
    return [item for item in rating.units if item.tpp * functions > allowed]


def _of_units(rating: PackageRating, item: UnitRating) -> PackageRating:
    """The device that ``item`` counts, whatever it is called."""
    nothing = unknown(rating.accelerator)
    return dataclasses.replace(
        nothing,
        tpp=at_most(item.tpp),
        operations=at_most(max(item.rates.values(), default=0.0)),
        fp64=at_most(item.rates.get("fp64", ANYTHING.high)),
        detail=item.detail,
        sources=(item.source,),
    )


def _as_stated(
    rating: PackageRating, item: Contradiction, catalogue: Catalogue
) -> list[PackageRating]:
    """What the device would be rated if it were what the contradicting source says."""
    device, identity = rating.accelerator, item.identity
    if item.anything:
        return [dataclasses.replace(unknown(device), detail="a device that these ids hide")]
    found: list[PackageRating] = []
    if identity.pci is not None and identity.pci != device.pci:
        rows = devices_for(catalogue, dataclasses.replace(device, pci=identity.pci))
        found += [from_rows(device, rows)] if rows else []
    named = rows_named(catalogue, identity.name) if identity.name else ()
    found += [from_rows(device, named)] if named else []
    alone = dataclasses.replace(device, identities=(identity,))
    fused = bool(rating.rows) and all(row.fused for row in rating.rows)
    if not (fused and item.subject.startswith("PCI")):
        found += [_of_units(rating, units) for units in by_units(alone, (), catalogue)]
    return found
