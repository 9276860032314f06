"""The table of metrics: one line of text each, with unit and meaning; listing imports nothing."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.machine import Machine


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
    MetricSpec(
        "templateRate",
        "faces/s",
        "gauger_thresholds.metrics.template_rate:metric",
        "machine",
        "1/s",
        "faces per second turned into templates by the reference network (measured)",
    ),
    MetricSpec(
        "comparisonRate",
        "comparisons/s",
        "gauger_thresholds.metrics.comparison_rate:metric",
        "machine",
        "1/s",
        "comparisons per second of brute-force gallery search (measured)",
    ),
    MetricSpec(
        "answerTime",
        "answer s",
        "gauger_thresholds.metrics.answer_time:metric",
        "machine",
        "s",
        "seconds until one face is searched in a gallery of 10⁶ (measured)",
    ),
    MetricSpec(
        "camerasServed",
        "cameras",
        "gauger_thresholds.metrics.cameras_served:metric",
        "machine",
        "cameras",
        "cameras that could be served against a gallery of 10⁶ (estimate of capacity)",
    ),
    MetricSpec(
        "activePixels",
        "pixels",
        "gauger_thresholds.metrics.active_pixels:metric",
        "camera",
        "px",
        "pixels of the largest picture, without telemetry rows",
    ),
    MetricSpec(
        "pixelRate",
        "pixel rate",
        "gauger_thresholds.metrics.pixel_rate:metric",
        "camera",
        "px/s",
        "the highest width × height × frame rate over modes",
    ),
    MetricSpec(
        "frameRateMax",
        "Hz",
        "gauger_thresholds.metrics.frame_rate_max:metric",
        "camera",
        "Hz",
        "the highest frame rate that a mode claims",
    ),
    MetricSpec(
        "thermalElements",
        "elements",
        "gauger_thresholds.metrics.thermal_elements:metric",
        "camera",
        "elements",
        "elements of a thermal detector; 0 where the camera sees no heat",
    ),
    MetricSpec(
        "thermalFrameRate",
        "thermal Hz",
        "gauger_thresholds.metrics.thermal_frame_rate:metric",
        "camera",
        "Hz",
        "the highest frame rate that a thermal camera claims; 0 where it sees no heat",
    ),
    MetricSpec(
        "interEyePixels",
        "eyes px",
        "gauger_thresholds.metrics.inter_eye_pixels:metric",
        "camera",
        "px",
        "pixels between the eyes over a scene 3 m wide (reference)",
    ),
    MetricSpec(
        "facesPerFrame",
        "faces",
        "gauger_thresholds.metrics.faces_per_frame:metric",
        "camera",
        "faces",
        "faces that fit at 40 px between the eyes (reference)",
    ),
    MetricSpec(
        "sceneWidth12.5",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_12_5",
        "camera",
        "m",
        "width of the scene at 12.5 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth20",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_20",
        "camera",
        "m",
        "width of the scene at 20 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth25",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_25",
        "camera",
        "m",
        "width of the scene at 25 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth40",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_40",
        "camera",
        "m",
        "width of the scene at 40 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth62.5",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_62_5",
        "camera",
        "m",
        "width of the scene at 62.5 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth80",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_80",
        "camera",
        "m",
        "width of the scene at 80 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth125",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_125",
        "camera",
        "m",
        "width of the scene at 125 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth250",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_250",
        "camera",
        "m",
        "width of the scene at 250 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth500",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_500",
        "camera",
        "m",
        "width of the scene at 500 px/m (reference)",
    ),
    MetricSpec(
        "sceneWidth1500",
        "scene m",
        "gauger_thresholds.metrics.scene_width:at_1500",
        "camera",
        "m",
        "width of the scene at 1500 px/m (reference)",
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


#: No machine comes near it; beyond it, ratios and sums leave what a number of JSON can carry.
LARGEST = 1e300


def compute(name: str, machine: Machine, subject: str) -> Metric:
    """Compute one metric of one subject (an accelerator's or a camera's id, or ``machine``).

    Every number of it is finite: what hostile evidence drives beyond :data:`LARGEST` stops there.
    """
    module, _, function = spec_of(name).target.partition(":")
    found = cast(MetricFunction, getattr(import_module(module), function))(machine, subject)
    numbers = [at for at in (found.value, found.low, found.high) if at is not None]
    return found if all(abs(at) <= LARGEST for at in numbers) else _stopped(found)


def _stopped(found: Metric) -> Metric:
    """Not a number says nothing, so it neither bounds nor counts."""
    return dataclasses.replace(
        found,
        value=None if found.value is None or math.isnan(found.value) else _within(found.value),
        low=0.0 if math.isnan(found.low) else _within(found.low),
        high=None,
        missing=(*found.missing, "a figure beyond all machines was stated: ask who measured"),
    )


def _within(value: float) -> float:
    return max(-LARGEST, min(LARGEST, value))
