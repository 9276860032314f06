"""What one row of the catalogue says that a device does: its own rates, or an upper bound.

The convention for total processing performance: the matrix units' best precision alone, without
adding the vector units beside them.
"""

from __future__ import annotations

from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.catalogue.model import Device, Figure, Kind
from gauger_thresholds.interval import ANYTHING, ZERO, Interval, highest
from gauger_thresholds.metrics.machine import Estimate

#: The shortest operation that any rate is printed for; turns a TPP bound into operations/s.
_SHORTEST = 4
_LONGEST = 64
_TERA = 1e12
SILENT = frozenset({Kind.DISPLAY, Kind.PARAVIRTUAL, Kind.SUPPORT})


def is_rated(row: Device) -> bool:
    """Return whether the row states a rate or a bound, or has nothing to rate."""
    return bool(row.rates or row.tpp_bound or row.kind in SILENT)


def tpp_of(row: Device) -> Estimate:
    """Return the row's total processing performance (tera-operations/s × bits)."""
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
    """Return the row's highest dense rate over precisions, in operations/s."""
    counted = [row.rates[name].interval for name in BITS if name in row.rates]
    if row.kind in SILENT or not counted:
        return _from_bound(row, _SHORTEST)
    return Estimate(highest(counted), max(item.middle for item in counted))


def fp64_of(row: Device) -> Estimate:
    """Return the row's 64-bit floating-point rate, in operations/s."""
    if "fp64" in row.rates:
        return figure_of(row.rates["fp64"])
    if row.fp64_bound:
        return at_most(row.fp64_bound.interval.high)
    return _from_bound(row, _LONGEST)


def _from_bound(row: Device, bits: int) -> Estimate:
    """Operations/s of ``bits`` bits that the whole TPP would allow: TPP = operations × bits."""
    tpp = tpp_of(row).interval
    return Estimate(ZERO, 0.0) if tpp == ZERO else at_most(tpp.high * _TERA / bits)


def bandwidth_of(row: Device, figure: Figure | None) -> Estimate:
    """Return a bandwidth of the row, in B/s."""
    if row.kind in SILENT:
        return Estimate(ZERO, 0.0)
    return figure_of(figure) if figure else Estimate(ANYTHING, None)


def figure_of(figure: Figure) -> Estimate:
    """Return the estimate that a figure stands for."""
    return Estimate(figure.interval, figure.interval.middle)


def at_most(high: float) -> Estimate:
    """Return the estimate of what lies anywhere from 0 to ``high``."""
    return Estimate(Interval(0.0, high), None if high == ANYTHING.high else high)


def explain(row: Device) -> str:
    """Return in one line what the row's TPP rests on."""
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
    added = f", {figure.accumulate.upper()} accumulate" if figure.accumulate else ""
    rate = f"dense {best} {figure.printed} T × {BITS[best]} bit{added}"
    return f"{row.name}: {rate} ({figure.grade.value}){_wide(row)}"


def _wide(row: Device) -> str:
    """The lower class that the same card falls into where products are added up in FP32."""
    counted = [row.wide_rates[name].interval.scale(BITS[name] / _TERA) for name in row.wide_rates]
    if not counted:
        return ""
    return f"; TPP {highest(counted).middle:,.0f} with FP32 accumulate"
