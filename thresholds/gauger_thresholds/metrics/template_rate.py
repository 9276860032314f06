"""Faces per second that the machine could turn into templates, by the reference network."""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.measured_capacity import NETWORK, measured_metric, templates


def metric(machine: Machine, subject: str) -> Metric:
    """Return the rate of templates over all measured devices (unit ``1/s``, faces)."""
    what = f"templates of {NETWORK}"
    return measured_metric("templateRate", "1/s", subject, templates(machine), what)
