"""Processing performance of one IC in operations per second.

3A991.p.1 (15 CFR 774 Supplement 1) counts TOPS without naming a bit length, so the highest dense
rate over all precisions is taken.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import metric_of
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the highest dense rate of the package ``subject`` (unit ``OP/s``)."""
    rating = machine.ratings[subject]
    return metric_of("processingPerformance", "OP/s", rating, rating.operations)
