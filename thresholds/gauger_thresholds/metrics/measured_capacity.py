"""What measurements of face search amount to over a whole machine.

A machine's devices work side by side, so that rates add up; a gallery that is searched for one face
lies on one device, so that the fastest answers. Measured figures are lower bounds of what the
machine can do, and estimates of capacity, never of intent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Measurement
from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.interval import Interval, total
from gauger_thresholds.metrics.machine import Machine

#: The network whose templates are counted, and its multiply-adds for one face; where it took too
#: long to be measured, the smaller one of the same make is scaled by its own multiply-adds
#: (deepinsight/insightface @ 7fadd42, model zoo: 12.1 G and 6.3 G).
NETWORK = "IResNet-100"
_MACS = 12.1e9
_SCALED = "IResNet-50"
#: Templates in the gallery that answers are reckoned for.
GALLERY = 1_000_000
_NOT_MEASURED = "it was not measured: run Gauger without --no-measure, with enough --budget"


@dataclass(frozen=True, slots=True)
class Taken:
    """One measurement, the device that it was taken on, and its interval in the metric's unit."""

    device: str
    interval: Interval
    median: float


def searches(machine: Machine) -> Iterator[Taken]:
    """Yield the fastest search of each device, in comparisons per second."""
    for device in _packages(machine):
        found = [item for item in device.measurements if item.quantity == "gallerySearch"]
        if found:
            yield _taken(device, max(found, key=lambda item: item.median))


def answers(machine: Machine) -> Iterator[Taken]:
    """Yield how long each device takes for one face in a gallery of :data:`GALLERY`, in seconds.

    It is the search for one face at a time, which is slower than many at once.
    """
    for device in _packages(machine):
        for item in device.measurements:
            milliseconds = item.conditions.get("millisecondsAt1e6")
            if item.quantity != "gallerySearch" or not isinstance(milliseconds, int | float):
                continue
            if milliseconds > 0 and item.low > 0:
                seconds = milliseconds / 1e3
                low, high = (seconds * item.median / end for end in (item.high, item.low))
                yield Taken(device.id, Interval(min(low, seconds), max(high, seconds)), seconds)


def templates(machine: Machine) -> Iterator[Taken]:
    """Yield the rate of templates of :data:`NETWORK` of each device, in faces per second."""
    for device in _packages(machine):
        found = [_template_rate(device, name) for name in (NETWORK, _SCALED)]
        known = [item for item in found if item is not None]
        if known:
            yield known[0]


def _template_rate(device: Accelerator, network: str) -> Taken | None:
    taken = [
        item
        for item in device.measurements
        if item.quantity == "templates" and item.conditions.get("network") == network
    ]
    if not taken:
        return None
    best = max(taken, key=lambda item: item.median)
    macs = best.conditions.get("macs")
    factor = macs / _MACS if network != NETWORK and isinstance(macs, int | float) else 1.0
    plain = _taken(device, best)
    return Taken(plain.device, plain.interval.scale(factor), plain.median * factor)


def _packages(machine: Machine) -> Iterator[Accelerator]:
    return (item for item in machine.evidence.accelerators if item.parent is None)


def _taken(device: Accelerator, item: Measurement) -> Taken:
    low = max(min(item.low, item.median), 0.0)
    return Taken(device.id, Interval(low, max(item.high, item.median, low)), item.median)


def measured_metric(
    name: str, unit: str, subject: str, taken: Iterable[Taken], what: str
) -> Metric:
    """Return the sum of ``taken`` as a metric; unknown where nothing was taken."""
    found = list(taken)
    if not found:
        return unknown(name, unit, subject)
    interval = total(item.interval for item in found)
    devices = ", ".join(item.device for item in found)
    return Metric(
        metric=name,
        subject=subject,
        unit=unit,
        value=sum(item.median for item in found),
        low=interval.low,
        high=interval.high,
        basis=Basis.MEASURED,
        detail=f"{what}, measured on {devices}",
        sources=tuple(f"measure:{item.device}" for item in found),
    )


def unknown(name: str, unit: str, subject: str, why: str = _NOT_MEASURED) -> Metric:
    """Return the metric of what was not measured."""
    return Metric(
        metric=name,
        subject=subject,
        unit=unit,
        value=None,
        low=0.0,
        high=None,
        basis=None,
        detail="not measured",
        missing=(f"{name}: {why}",),
    )


def bounded(high: float) -> float | None:
    """Return ``high``, ``None`` where nothing bounds it."""
    return None if math.isinf(high) else high
