"""Builds a metric record from an estimate, leaving out what no number can say."""

from __future__ import annotations

import math

from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.camera_rating import CameraRating
from gauger_thresholds.metrics.machine import Estimate, PackageRating


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


def camera_metric(
    name: str,
    unit: str,
    rating: CameraRating,
    interval: Interval,
    *,
    value: float | None = None,
    detail: str,
) -> Metric:
    """Return the metric of one camera; ``value`` is the claim unless another is given.

    The driver's own pictures count for nothing, like a display chip's: basis ``displayOnly``.
    """
    bounded = not math.isinf(interval.high)
    claim = interval.high if bounded else interval.low or None
    basis = Basis.DISPLAY_ONLY if rating.camera.virtual else Basis.RATED
    return Metric(
        metric=name,
        subject=rating.camera.id,
        unit=unit,
        value=claim if value is None else value,
        low=interval.low,
        high=interval.high if bounded else None,
        basis=basis if bounded else None,
        detail="its driver makes the picture: no sensor" if rating.camera.virtual else detail,
        sources=rating.sources,
        missing=() if interval.low == interval.high else rating.missing,
    )


def _basis(rating: PackageRating, bounded: bool) -> Basis | None:
    return (rating.basis or Basis.BOUND) if bounded else None
