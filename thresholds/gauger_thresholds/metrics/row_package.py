"""What the catalogue's rows say of one device: the hull of all that fit, or that none does."""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Accelerator
from gauger_thresholds.catalogue.model import Device
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, hull
from gauger_thresholds.metrics.machine import Estimate, PackageRating
from gauger_thresholds.metrics.row_rating import (
    SILENT,
    bandwidth_of,
    explain,
    fp64_of,
    is_rated,
    operations_of,
    tpp_of,
)

_ASK = "take its dense rates and die area from the datasheet and give them with --declare FILE"


def from_rows(accelerator: Accelerator, rows: tuple[Device, ...]) -> PackageRating:
    """Return what ``rows``, of which one is the device's, say together."""
    tpp = [tpp_of(row) for row in rows]
    silent = all(row.kind in SILENT for row in rows)
    areas = [row.die_area.interval if row.die_area else None for row in rows]
    known = [area for area in areas if area is not None]
    return PackageRating(
        accelerator=accelerator,
        name=" or ".join(dict.fromkeys(row.name for row in rows)),
        tpp=merge(tpp),
        operations=merge([operations_of(row) for row in rows]),
        fp64=merge([fp64_of(row) for row in rows]),
        die_area=hull(known) if len(known) == len(areas) else None,
        planar=all(row.planar for row in rows),
        memory_bandwidth=merge([bandwidth_of(row, row.memory_bandwidth) for row in rows]),
        io_bandwidth=merge([bandwidth_of(row, row.io_bandwidth) for row in rows]),
        segments=frozenset(row.segment for row in rows),
        kinds=frozenset(row.kind for row in rows),
        basis=Basis.DISPLAY_ONLY if silent else _basis(rows, tpp),
        detail="; ".join(dict.fromkeys(explain(row) for row in rows)),
        sources=tuple(dict.fromkeys(f"catalogue:{row.id}" for row in rows)),
        missing=() if all(map(is_rated, rows)) else (_no_rates(accelerator, rows),),
    )


def unknown(accelerator: Accelerator) -> PackageRating:
    """Return the rating of a device that no row fits."""
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


def merge(estimates: list[Estimate]) -> Estimate:
    """Return the hull of ``estimates``: one of them is the truth."""
    if len({item.value for item in estimates}) == 1:
        return Estimate(hull(item.interval for item in estimates), estimates[0].value)
    merged = hull(item.interval for item in estimates)
    return Estimate(merged, None if merged.high == ANYTHING.high else merged.high)


def _basis(rows: tuple[Device, ...], tpp: list[Estimate]) -> Basis | None:
    if any(item.interval.high == ANYTHING.high for item in tpp):
        return None
    return Basis.CATALOGUE if any(row.rates for row in rows) else Basis.BOUND
