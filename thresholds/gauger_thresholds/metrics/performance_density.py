"""Performance density of one IC.

PD = TPP / applicable die area, in mm², over the logic dies made on a node with a non-planar
transistor architecture; a planar-only IC has no applicable area and is not divided by it (15 CFR
774 Supplement 1, 3A090, Technical Notes).
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.interval import ANYTHING, ZERO
from gauger_thresholds.metrics.build import metric_of
from gauger_thresholds.metrics.machine import Estimate, Machine, PackageRating

_NAME = "performanceDensity"
_UNIT = "TPP/mm²"


def metric(machine: Machine, subject: str) -> Metric:
    """Return the performance density of the package ``subject`` (unit ``TPP/mm²``)."""
    rating = machine.ratings[subject]
    if rating.planar or rating.tpp.interval == ZERO:
        why = "planar dies have no applicable area" if rating.planar else rating.detail
        return metric_of(_NAME, _UNIT, rating, Estimate(ZERO, 0.0), detail=why)
    if rating.die_area is None:
        if rating.tpp.interval.high == ANYTHING.high:
            return metric_of(_NAME, _UNIT, rating, Estimate(ANYTHING, None))
        missing = (f"the die area of {rating.name}: ask the maker, or add it to the catalogue",)
        nothing = Estimate(ANYTHING, None)
        return metric_of(_NAME, _UNIT, rating, nothing, detail="die area unknown", missing=missing)
    return _divided(rating, rating.die_area.middle)


def _divided(rating: PackageRating, area: float) -> Metric:
    assert rating.die_area is not None  # noqa: S101 - the caller has looked
    value = None if rating.tpp.value is None else rating.tpp.value / area
    estimate = Estimate(rating.tpp.interval.divide(rating.die_area), value)
    detail = f"{rating.detail} ÷ {area:,.6g} mm²"
    return metric_of(_NAME, _UNIT, rating, estimate, detail=detail, missing=rating.missing)
