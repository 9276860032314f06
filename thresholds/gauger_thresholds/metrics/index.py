"""The table of metrics: one line of text each, with unit and meaning; listing imports nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.rating import Machine


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric: where it is computed, of what, in which unit, and what it is.

    ``label`` is what a table has room for.
    """

    name: str
    label: str
    target: str
    subject: str
    unit: str
    title: str


METRICS: tuple[MetricSpec, ...] = (
    MetricSpec(
        "tpp",
        "TPP",
        "gauger_thresholds.metrics.tpp:metric",
        "accelerator",
        "TPP",
        "total processing performance: tera-operations/s × bit length, the highest over precisions",
    ),
    MetricSpec(
        "performanceDensity",
        "density",
        "gauger_thresholds.metrics.performance_density:metric",
        "accelerator",
        "TPP/mm²",
        "total processing performance over the area of all non-planar logic dies",
    ),
    MetricSpec(
        "processingPerformance",
        "rate",
        "gauger_thresholds.metrics.processing_performance:metric",
        "accelerator",
        "OP/s",
        "the highest dense rate over precisions",
    ),
    MetricSpec(
        "ioBandwidth",
        "I/O",
        "gauger_thresholds.metrics.bandwidth:io_metric",
        "accelerator",
        "B/s",
        "aggregate bidirectional transfer rate to other than volatile memory",
    ),
    MetricSpec(
        "memoryBandwidth",
        "memory",
        "gauger_thresholds.metrics.bandwidth:memory_metric",
        "accelerator",
        "B/s",
        "total bandwidth of the device's own memory",
    ),
    MetricSpec(
        "app",
        "APP",
        "gauger_thresholds.metrics.app:metric",
        "machine",
        "WT",
        "adjusted peak performance in weighted teraFLOPS",
    ),
)

MetricFunction = Callable[[Machine, str], Metric]


def metric_names() -> frozenset[str]:
    """Return every metric that a rule may name."""
    return frozenset(spec.name for spec in METRICS)


def spec_of(name: str) -> MetricSpec:
    """Return the line of one metric.

    Raises:
        KeyError: there is no such metric.
    """
    for spec in METRICS:
        if spec.name == name:
            return spec
    raise KeyError(name)


def compute(name: str, machine: Machine, subject: str) -> Metric:
    """Compute one metric of one subject (an accelerator id, or ``machine``)."""
    module, _, function = spec_of(name).target.partition(":")
    return cast(MetricFunction, getattr(import_module(module), function))(machine, subject)
