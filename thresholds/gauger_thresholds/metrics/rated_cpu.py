"""What the processors' package is stated to do, for people to read beside what was measured.

No maker prints a processor's rate for most precisions, so these are reckoned: cores × clock ×
operations per cycle. Which clock the law means is not settled, so the rate is given at each one
that somebody states.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from gauger_probes.evidence.common import Rating
from gauger_thresholds.catalogue.cpu_rating import AtClock
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.machine import PackageRating


def processor_figures(rating: PackageRating) -> tuple[Rating, ...]:
    """Return the floating-point rates of all packages, and one package's TPP at each clock."""
    return (*_floating(rating), *(_tpp(item, rating) for item in rating.clocks))


def _floating(rating: PackageRating) -> Iterator[Rating]:
    """Single precision fills a lane twice as often as double."""
    if math.isinf(rating.fp64.interval.high):
        return
    source = rating.sources[0] if rating.sources else Basis.BOUND.value
    double = rating.fp64.interval.scale(rating.packages)
    yield _flops("fp64", double, source)
    yield _flops("fp32", double.scale(2), source)


def _flops(precision: str, interval: Interval, source: str) -> Rating:
    return Rating(
        quantity="gemm",
        precision=precision,
        unit="FLOP/s",
        value=interval.middle,
        low=interval.low,
        high=interval.high,
        basis=Basis.CATALOGUE.value,
        source=source,
    )


def _tpp(item: AtClock, rating: PackageRating) -> Rating:
    high = None if math.isinf(item.tpp.high) else item.tpp.high
    rows = ", ".join(rating.sources) or Basis.BOUND.value
    stated = "" if item.source in rows else f" ({item.source})"
    return Rating(
        quantity="tpp",
        precision=None,
        unit="TPP",
        value=high,
        low=item.tpp.low,
        high=high,
        basis=_basis(item).value,
        source=f"{item.name}{stated}, {rows}",
    )


def _basis(item: AtClock) -> Basis:
    if item.source == Basis.BOUND.value:
        return Basis.BOUND
    return Basis.CATALOGUE if item.source.startswith("catalogue:") else Basis.RATED
