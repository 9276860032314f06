"""What the catalogue says of one device other than the processor.

Where several rows fit a device, the rating is the hull of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from gauger_probes.evidence.accelerator import Accelerator
from gauger_thresholds.catalogue.model import Device, Figure, Kind
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, ZERO, Interval, highest, hull
from gauger_thresholds.metrics.machine import Estimate, PackageRating

#: Bit length of one operation's inputs (3A090 Technical Notes: the largest input to the
#: multiply). TF32 is left out: the notes do not name it and its inputs have 19 bits.
BITS: Mapping[str, int] = {
    "fp64": 64,
    "fp32": 32,
    "fp16": 16,
    "fp8": 8,
    "int8": 8,
    "fp6": 6,
    "fp4": 4,
    "int4": 4,
}
#: The shortest operation that any rate is printed for; turns a TPP bound into operations/s.
_SHORTEST = 4
_LONGEST = 64
_TERA = 1e12
SILENT = frozenset({Kind.DISPLAY, Kind.PARAVIRTUAL, Kind.SUPPORT})


def rate_device(accelerator: Accelerator, rows: tuple[Device, ...]) -> PackageRating:
    """Rate a device other than the processor from the rows that fit it."""
    if not rows:
        return _unknown(accelerator)
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
        memory_bandwidth=_merge([_bandwidth(row, row.memory_bandwidth) for row in rows]),
        io_bandwidth=_merge([_bandwidth(row, row.io_bandwidth) for row in rows]),
        segments=frozenset(row.segment for row in rows),
        kinds=frozenset(row.kind for row in rows),
        basis=Basis.DISPLAY_ONLY if silent else _basis(rows, tpp),
        detail="; ".join(dict.fromkeys(explain(row) for row in rows)),
        sources=tuple(dict.fromkeys(f"catalogue:{row.id}" for row in rows)),
        missing=() if all(map(_is_rated, rows)) else (_no_rates(accelerator, rows),),
    )


def tpp_of(row: Device) -> Estimate:
    if row.kind in SILENT:
        return Estimate(ZERO, 0.0)
    counted = {name: row.rates[name] for name in BITS if name in row.rates}
    if counted:
        scaled = {
            name: figure.interval.scale(BITS[name] / _TERA) for name, figure in counted.items()
        }
        return Estimate(highest(scaled.values()), max(item.middle for item in scaled.values()))
    if row.tpp_bound:
        return at_most(row.tpp_bound.interval.high)
    return Estimate(ANYTHING, None)


def operations_of(row: Device) -> Estimate:
    counted = [row.rates[name].interval for name in BITS if name in row.rates]
    if row.kind in SILENT or not counted:
        return _from_bound(row, _SHORTEST)
    return Estimate(highest(counted), max(item.middle for item in counted))


def fp64_of(row: Device) -> Estimate:
    if "fp64" in row.rates:
        return _figure(row.rates["fp64"])
    if row.fp64_bound:
        return at_most(row.fp64_bound.interval.high)
    return _from_bound(row, _LONGEST)


def _from_bound(row: Device, bits: int) -> Estimate:
    """Operations/s of ``bits`` bits that the whole TPP would allow: TPP = operations × bits."""
    tpp = tpp_of(row).interval
    return Estimate(ZERO, 0.0) if tpp == ZERO else at_most(tpp.high * _TERA / bits)


def _bandwidth(row: Device, figure: Figure | None) -> Estimate:
    if row.kind in SILENT:
        return Estimate(ZERO, 0.0)
    return _figure(figure) if figure else Estimate(ANYTHING, None)


def _figure(figure: Figure) -> Estimate:
    return Estimate(figure.interval, figure.interval.middle)


def at_most(high: float) -> Estimate:
    return Estimate(Interval(0.0, high), None if high == ANYTHING.high else high)


def _merge(estimates: list[Estimate]) -> Estimate:
    if len({item.value for item in estimates}) == 1:
        return Estimate(hull(item.interval for item in estimates), estimates[0].value)
    merged = hull(item.interval for item in estimates)
    return Estimate(merged, None if merged.high == ANYTHING.high else merged.high)


def _basis(rows: tuple[Device, ...], tpp: list[Estimate]) -> Basis | None:
    if any(item.interval.high == ANYTHING.high for item in tpp):
        return None
    return Basis.CATALOGUE if any(row.rates for row in rows) else Basis.BOUND


def _is_rated(row: Device) -> bool:
    return bool(row.rates or row.tpp_bound or row.kind in SILENT)


def explain(row: Device) -> str:
    if row.kind is Kind.PARAVIRTUAL:
        return f"{row.name}: a hypervisor's device; a GPU of the host is not this machine's"
    if row.kind in SILENT:
        return f"{row.name}: no compute units"
    if not row.rates and row.tpp_bound:
        return f"{row.name}: at most TPP {row.tpp_bound.interval.high:,.0f} ({row.grade.value})"
    if not row.rates:
        return f"{row.name}: no published rate"
    best = max(
        (name for name in BITS if name in row.rates),
        key=lambda name: row.rates[name].interval.middle * BITS[name],
    )
    figure = row.rates[best]
    return f"{row.name}: dense {best} {figure.printed} T × {BITS[best]} bit ({figure.grade.value})"


def _no_rates(accelerator: Accelerator, rows: tuple[Device, ...]) -> str:
    names = " or ".join(dict.fromkeys(row.name for row in rows if not _is_rated(row)))
    return f"no verified rate for {names} at {accelerator.address}: ask the maker for its datasheet"


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
        missing=(f"no catalogue row for {label}: find its datasheet and add a row",),
    )
