"""What was measured against what is rated: more means another device, far less needs a reason.

Above every figure that is stated for the device by more than a twentieth, it is not what it is
called. Far below, the reasons that were seen are named: caps, locks, throttling, partitions, other
work, a library that reaches the vector units alone. What cannot be explained is said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.common import Measurement, Rating
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine, PackageRating
from gauger_thresholds.metrics.proved import TOLERANCE, counted

#: Below this ratio to the lowest, something holds the device back: a good library reaches four
#: fifths of a dense rate on large matrices, and a card that sums in FP32 half of the other rate.
LEAST = 0.4
#: A clock that keeps below this part of the maximum without a reason was locked.
_LOCKED = 0.9
_VECTOR = "vector units, lower bound"


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each precision whose rate does not fit what is stated."""
    return tuple(
        doubt
        for name, rating in machine.ratings.items()
        for item in rating.accelerator.measurements
        if item.quantity == "gemm"
        for doubt in _compared(name, rating, item)
    )


def _compared(subject: str, rating: PackageRating, item: Measurement) -> Iterator[Doubt]:
    stated = list(_stated(rating.accelerator, item))
    highs = [figure.high for figure in stated if figure.high is not None]
    lows = [figure.low for figure in stated if figure.low > 0]
    if highs and len(highs) == len(stated) and item.low > max(highs) * TOLERANCE:
        yield _above(subject, rating, item, max(highs))
    below = lows and item.high < min(lows) * LEAST
    if below and item.conditions.get("reach") != _VECTOR and rating.accelerator.bus is not Bus.CPU:
        yield _below(subject, rating, item, min(lows))


def _stated(accelerator: Accelerator, item: Measurement) -> Iterator[Rating]:
    precision = counted(item.precision)
    for figure in accelerator.rated:
        if figure.quantity == "gemm" and figure.precision == precision:
            yield figure


def _above(subject: str, rating: PackageRating, item: Measurement, stated: float) -> Doubt:
    return Doubt(
        doubt="measured_rate",
        subject=subject,
        explanation=f"{rating.name} delivers {_tera(item.median)} of {item.precision}, "
        f"×{item.median / stated:.2f} of the most that is stated for it: it is another device, or "
        "runs faster than any clock that is stated",
        sources=(f"measure:{subject}", *rating.sources),
        advice="read the marking on the chip; the measured rate counts as what it does at least",
    )


def _below(subject: str, rating: PackageRating, item: Measurement, stated: float) -> Doubt:
    reasons = list(dict.fromkeys(_reasons(rating.accelerator, item)))
    why = "; ".join(reasons) if reasons else "no reason was seen"
    return Doubt(
        doubt="measured_rate",
        subject=subject,
        explanation=f"{rating.name} delivers {_tera(item.median)} of {item.precision}, "
        f"×{item.median / stated:.2f} of what is stated for it: {why}",
        sources=(f"measure:{subject}", *rating.sources),
        advice="the rating stands; lift what holds the device back and measure again",
    )


def _reasons(accelerator: Accelerator, item: Measurement) -> Iterator[str]:
    yield from (f"{limit.kind} ({limit.detail})" for limit in accelerator.limits)
    throttled = item.conditions.get("throttleReasons")
    if isinstance(throttled, list):
        yield from (f"throttled by {text}" for text in throttled if isinstance(text, str))
    if item.conditions.get("contended"):
        yield "others used the machine meanwhile"
    yield from _clock(accelerator, item)
    shape = item.conditions.get("shape")
    if isinstance(shape, dict) and max(_sides(shape), default=0) < _SMALL:
        yield "only small matrices fitted into the time or the memory"


#: Sides below which a large device is not filled.
_SMALL = 2048


def _sides(shape: Mapping[str, object]) -> list[float]:
    return [value for value in shape.values() if isinstance(value, int | float)]


def _clock(accelerator: Accelerator, item: Measurement) -> Iterator[str]:
    """A lock has no getter: a clock that stays low although nothing throttles gives it away."""
    device = item.conditions.get("device")
    seen = device.get("smClockHz") if isinstance(device, dict) else None
    median = seen.get("median") if isinstance(seen, dict) else None
    stated = [item.max_clock_hz for item in accelerator.identities if item.max_clock_hz]
    if not isinstance(median, int | float) or not stated or item.conditions.get("throttleReasons"):
        return
    if median < max(stated) * _LOCKED:
        yield f"the clock stayed at {median / 1e6:.0f} of {max(stated) / 1e6:.0f} MHz: locked"


def _tera(rate: float) -> str:
    return f"{rate / 1e12:,.4g} T"
