"""Comparisons per second of a probe with the templates of a gallery, by measured brute force."""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.measured_capacity import measured_metric, searches


def metric(machine: Machine, subject: str) -> Metric:
    """Return the rate of comparisons over all measured devices (unit ``1/s``)."""
    what = "comparisons of 512 dimensions by brute force"
    return measured_metric("comparisonRate", "1/s", subject, searches(machine), what)
