"""A rate by units × clock that lies far from the catalogue's.

The datasheet's clock is lower than the driver's maximum: up to a quarter on a GeForce (3,105 MHz
against 2,520 on an RTX 4090), so that much is no finding. Where a maker limits what the units do,
the row says so, and the finding repeats it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine, PackageRating
from gauger_thresholds.metrics.raising import CLOCKS
from gauger_thresholds.metrics.row_rating import is_rated, tpp_of
from gauger_thresholds.metrics.unit_rating import UnitRating

#: Below this ratio of the rate by units to the catalogue's, the two disagree.
LEAST = 0.95


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each source whose rate by units disagrees with the catalogue's."""
    return tuple(
        _doubt(name, rating, item, ratio)
        for name, rating in machine.ratings.items()
        for item, ratio in _disagreeing(rating)
    )


def _disagreeing(rating: PackageRating) -> Iterator[tuple[UnitRating, float]]:
    stated = [tpp_of(row).interval for row in rating.rows if is_rated(row)]
    if not stated or len(stated) < len(rating.rows):
        return
    low, high = min(item.low for item in stated), max(item.high for item in stated)
    functions = max((row.functions for row in rating.rows), default=1)
    for item in rating.units:
        tpp = item.tpp * functions
        if tpp < low * LEAST:
            yield item, tpp / low
        elif tpp > high * CLOCKS:
            yield item, tpp / high if high else math.inf


def _doubt(subject: str, rating: PackageRating, item: UnitRating, ratio: float) -> Doubt:
    why = next((row.fused for row in rating.rows if row.fused), None)
    said = f"; {why}" if why else ""
    return Doubt(
        doubt="unit_rate",
        subject=subject,
        explanation=f"{item.detail}, ×{ratio:.2f} of the catalogue's for {rating.name}{said}",
        sources=(item.source, *rating.sources),
        advice="the catalogue's figure counts; measure the device to see which one it reaches",
    )
