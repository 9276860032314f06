"""What one device other than the processor is rated for.

The catalogue's rows speak first; where several fit, the rating is the hull of all of them. A row
without a rate, or no row at all, is filled from what was declared, else from what the device's
units do. Where a source says that the device is a larger one than its ids, the rating reaches up
to that: it is one of the two, and which is not known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gauger_probes.evidence.accelerator import Accelerator
from gauger_thresholds.catalogue.match import devices_for, rows_named
from gauger_thresholds.catalogue.model import Catalogue, Device
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, Interval, hull
from gauger_thresholds.metrics.contradictions import Contradiction, contradictions
from gauger_thresholds.metrics.declared import declared_rating
from gauger_thresholds.metrics.machine import Estimate, PackageRating
from gauger_thresholds.metrics.row_rating import (
    SILENT,
    at_most,
    bandwidth_of,
    explain,
    fp64_of,
    is_rated,
    operations_of,
    tpp_of,
)
from gauger_thresholds.metrics.unit_rating import UnitRating, by_units

_ASK = "take its dense rates and die area from the datasheet and give them with --declare FILE"


def rate_device(accelerator: Accelerator, catalogue: Catalogue) -> PackageRating:
    """Rate a device other than the processor."""
    rows = devices_for(catalogue, accelerator)
    rating = dataclasses.replace(
        _from_rows(accelerator, rows) if rows else _unknown(accelerator),
        rows=rows,
        units=by_units(accelerator, rows, catalogue),
        contradictions=contradictions(accelerator, rows, catalogue),
    )
    if rows and all(map(is_rated, rows)):
        return _raised(rating, catalogue)
    return declared_rating(accelerator, rating) or _by_units(rating, rating.units)


def _from_rows(accelerator: Accelerator, rows: tuple[Device, ...]) -> PackageRating:
    tpp = [tpp_of(row) for row in rows]
    silent = all(row.kind in SILENT for row in rows)
    areas = [row.die_area.interval if row.die_area else None for row in rows]
    known = [area for area in areas if area is not None]
    return PackageRating(
        accelerator=accelerator,
        name=" or ".join(dict.fromkeys(row.name for row in rows)),
        tpp=_merge(tpp),
        operations=_merge([operations_of(row) for row in rows]),
        fp64=_merge([fp64_of(row) for row in rows]),
        die_area=hull(known) if len(known) == len(areas) else None,
        planar=all(row.planar for row in rows),
        memory_bandwidth=_merge([bandwidth_of(row, row.memory_bandwidth) for row in rows]),
        io_bandwidth=_merge([bandwidth_of(row, row.io_bandwidth) for row in rows]),
        segments=frozenset(row.segment for row in rows),
        kinds=frozenset(row.kind for row in rows),
        basis=Basis.DISPLAY_ONLY if silent else _basis(rows, tpp),
        detail="; ".join(dict.fromkeys(explain(row) for row in rows)),
        sources=tuple(dict.fromkeys(f"catalogue:{row.id}" for row in rows)),
        missing=() if all(map(is_rated, rows)) else (_no_rates(accelerator, rows),),
    )


def _unknown(accelerator: Accelerator) -> PackageRating:
    nothing = Estimate(ANYTHING, None)
    pci = accelerator.pci
    label = f"{pci.vendor}:{pci.device}" if pci else accelerator.address
    stated = [item.name for item in accelerator.identities if item.name]
    return PackageRating(
        accelerator=accelerator,
        name=stated[0] if stated else label,
        tpp=nothing,
        operations=nothing,
        fp64=nothing,
        die_area=None,
        planar=False,
        memory_bandwidth=nothing,
        io_bandwidth=nothing,
        segments=frozenset({None}),
        kinds=frozenset(),
        basis=None,
        detail=f"{label} is not in the catalogue",
        sources=(),
        missing=(f"no catalogue row for {label}: {_ASK}",),
    )


def _no_rates(accelerator: Accelerator, rows: tuple[Device, ...]) -> str:
    names = " or ".join(dict.fromkeys(row.name for row in rows if not is_rated(row)))
    return f"no verified rate for {names} at {accelerator.address}: {_ASK}"


def _by_units(rating: PackageRating, stated: Sequence[UnitRating]) -> PackageRating:
    """Units × clock bound it from above only: its maker may limit what the units do."""
    if not stated:
        return rating
    most = max(stated, key=lambda item: item.tpp)
    return dataclasses.replace(
        rating,
        tpp=at_most(most.tpp),
        operations=at_most(max(most.rates.values(), default=0.0)),
        fp64=at_most(most.rates.get("fp64", ANYTHING.high)),
        basis=Basis.RATED,
        detail=f"{rating.detail}; at most {most.detail}",
        sources=(*rating.sources, most.source),
    )


def _raised(rating: PackageRating, catalogue: Catalogue) -> PackageRating:
    upwards = [item for item in rating.contradictions if item.upwards]
    larger = [other for item in upwards for other in _as_stated(rating, item, catalogue)]
    most = max(larger, key=lambda item: item.tpp.interval.high, default=None)
    if most is None or most.tpp.interval.high <= rating.tpp.interval.high:
        return rating
    areas = [area for area in (rating.die_area, most.die_area) if area is not None]
    said = f"{upwards[0].identity.source} says {upwards[0].by_source}"
    return dataclasses.replace(
        rating,
        tpp=_up_to(rating.tpp, most.tpp),
        operations=_up_to(rating.operations, most.operations),
        fp64=_up_to(rating.fp64, most.fp64),
        die_area=hull(areas) if areas else None,
        memory_bandwidth=_merge([rating.memory_bandwidth, most.memory_bandwidth]),
        io_bandwidth=_merge([rating.io_bandwidth, most.io_bandwidth]),
        segments=rating.segments | most.segments,
        kinds=rating.kinds | most.kinds,
        basis=None if most.tpp.interval.high == ANYTHING.high else Basis.BOUND,
        detail=f"{rating.detail}; {said}: {most.detail}",
        sources=tuple(dict.fromkeys((*rating.sources, *most.sources))),
        missing=(
            f"which device {rating.accelerator.address} is: PCI ids say {rating.name}, {said}: "
            "measure it, or read the marking on the chip",
        ),
    )


def _as_stated(
    rating: PackageRating, item: Contradiction, catalogue: Catalogue
) -> list[PackageRating]:
    """What the device would be rated if it were what the contradicting source says."""
    device, identity = rating.accelerator, item.identity
    found: list[PackageRating] = []
    if identity.pci is not None and identity.pci != device.pci:
        rows = devices_for(catalogue, dataclasses.replace(device, pci=identity.pci))
        found += [_from_rows(device, rows)] if rows else []
    named = rows_named(catalogue, identity.name) if identity.name else ()
    found += [_from_rows(device, named)] if named else []
    alone = dataclasses.replace(device, identities=(identity,))
    stated = by_units(alone, (), catalogue)
    found += [_by_units(_unknown(alone), stated)] if stated else []
    return found


def _up_to(known: Estimate, larger: Estimate) -> Estimate:
    """What the ids are rated at is sure; the larger device is what it may be."""
    high = max(known.interval.high, larger.interval.high)
    value = None if high == ANYTHING.high else high
    return Estimate(Interval(known.interval.low, high), value)


def _merge(estimates: list[Estimate]) -> Estimate:
    if len({item.value for item in estimates}) == 1:
        return Estimate(hull(item.interval for item in estimates), estimates[0].value)
    merged = hull(item.interval for item in estimates)
    return Estimate(merged, None if merged.high == ANYTHING.high else merged.high)


def _basis(rows: tuple[Device, ...], tpp: list[Estimate]) -> Basis | None:
    if any(item.interval.high == ANYTHING.high for item in tpp):
        return None
    return Basis.CATALOGUE if any(row.rates for row in rows) else Basis.BOUND
