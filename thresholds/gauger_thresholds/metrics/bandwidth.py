"""Transfer rates of one IC, as its maker states them: to memory, and to everything else.

The interconnect figure is aggregate and bidirectional over all inputs and outputs other than
volatile memory (3A090 as of 2022-10-21 and 3A991.p.2).
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import metric_of
from gauger_thresholds.metrics.machine import Estimate, Machine, PackageRating


def io_metric(machine: Machine, subject: str) -> Metric:
    """Return the aggregate bidirectional interconnect rate of ``subject`` (unit ``B/s``)."""
    rating = machine.ratings[subject]
    return _bandwidth("ioBandwidth", "interconnect bandwidth", rating, rating.io_bandwidth)


def memory_metric(machine: Machine, subject: str) -> Metric:
    """Return the memory bandwidth of ``subject`` (unit ``B/s``)."""
    rating = machine.ratings[subject]
    return _bandwidth("memoryBandwidth", "memory bandwidth", rating, rating.memory_bandwidth)


def _bandwidth(name: str, title: str, rating: PackageRating, estimate: Estimate) -> Metric:
    if estimate.value is None:
        missing = (f"the {title} of {rating.name}: ask the maker, or add it to the catalogue",)
        return metric_of(name, "B/s", rating, estimate, detail=f"{title} unknown", missing=missing)
    detail = f"{rating.name}: {estimate.value / 1e9:,.0f} GB/s"
    return metric_of(name, "B/s", rating, estimate, detail=detail)
