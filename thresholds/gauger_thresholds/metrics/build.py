"""Builds a metric record from an estimate, leaving out what no number can say."""

from __future__ import annotations

import math

from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.metrics.rating import Estimate, PackageRating


def metric_of(
    name: str,
    unit: str,
    rating: PackageRating,
    estimate: Estimate,
    *,
    detail: str | None = None,
    missing: tuple[str, ...] = (),
) -> Metric:
    """Return the metric of one package; ``high`` and ``value`` are ``None`` where unbounded."""
    bounded = not math.isinf(estimate.interval.high)
    return Metric(
        metric=name,
        subject=rating.accelerator.id,
        unit=unit,
        value=estimate.value,
        low=estimate.interval.low,
        high=estimate.interval.high if bounded else None,
        basis=_basis(rating, bounded),
        detail=detail or rating.detail,
        sources=rating.sources,
        missing=missing or (() if bounded else rating.missing),
    )


def _basis(rating: PackageRating, bounded: bool) -> Basis | None:
    return (rating.basis or Basis.BOUND) if bounded else None
