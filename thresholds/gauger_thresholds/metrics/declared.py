"""What a person declared for a device that the catalogue cannot rate.

Declared figures stand in the evidence as such (``rated`` with basis ``declared``), and count only
where nothing else does: they never lower a device that the catalogue knows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Rating
from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, Interval, highest
from gauger_thresholds.metrics.machine import Estimate, PackageRating

_TERA = 1e12
#: One of these has the highest TPP of a device; a longer one alone says little.
_SHORT = {name for name, bits in BITS.items() if bits <= 16}
#: What a driver counts may lie above what is declared by as much as its clock does.
TOLERANCE = 1.30


def declared(accelerator: Accelerator) -> tuple[Rating, ...]:
    """Return the figures that a person declared for ``accelerator``."""
    return tuple(item for item in accelerator.rated if item.basis == Basis.DECLARED.value)


def declared_tpp(figures: Iterable[Rating]) -> Interval | None:
    """Return the total processing performance of declared dense rates, ``None`` without any."""
    counted = [
        _interval(item).scale(BITS[item.precision or ""] / _TERA)
        for item in figures
        if item.quantity == "gemm" and item.precision in BITS
    ]
    return highest(counted) if counted else None


def declared_rating(accelerator: Accelerator, rating: PackageRating) -> PackageRating | None:
    """Return ``rating`` with the declared figures in place, ``None`` where no rate is declared."""
    figures = declared(accelerator)
    tpp = declared_tpp(figures)
    if tpp is None:
        return None
    counted = max((item.tpp for item in rating.units), default=0.0)
    if not _SHORT & {item.precision for item in figures} or counted > tpp.high * TOLERANCE:
        tpp = Interval(tpp.low, ANYTHING.high)
    rates = [_interval(item) for item in figures if item.quantity == "gemm"]
    double = [_interval(item) for item in figures if item.precision == "fp64"]
    area = [_interval(item) for item in figures if item.quantity == "dieArea"]
    fp64 = double[0] if double else Interval(0.0, tpp.high * _TERA / BITS["fp64"])
    source = figures[0].source
    return dataclasses.replace(
        rating,
        tpp=_estimate(tpp),
        operations=_estimate(highest(rates)),
        fp64=_estimate(fp64),
        die_area=area[0] if area else rating.die_area,
        memory_bandwidth=_stated(figures, "memoryBandwidth", rating.memory_bandwidth),
        io_bandwidth=_stated(figures, "ioBandwidth", rating.io_bandwidth),
        basis=Basis.DECLARED if tpp.high != ANYTHING.high else None,
        detail=f"{rating.name}: TPP {tpp.middle:,.0f} as declared, not read ({source})",
        sources=(*rating.sources, source),
        missing=_missing(rating, tpp),
    )


def _missing(rating: PackageRating, tpp: Interval) -> tuple[str, ...]:
    """Nothing is settled where a shorter precision may be faster, or a driver counts more."""
    if tpp.high != ANYTHING.high:
        return ()
    counted = "; ".join(item.detail for item in rating.units)
    if counted:
        return (f"which of the two holds: what was declared, or {counted}",)
    return ("the dense rates of 16 bits and less: declare them too",)


def _stated(figures: Iterable[Rating], quantity: str, otherwise: Estimate) -> Estimate:
    found = [_interval(item) for item in figures if item.quantity == quantity]
    return _estimate(found[0]) if found else otherwise


def _interval(item: Rating) -> Interval:
    low = max(item.low, 0.0)
    return Interval(low, ANYTHING.high if item.high is None else max(item.high, low))


def _estimate(interval: Interval) -> Estimate:
    return Estimate(interval, None if interval.high == ANYTHING.high else interval.middle)
