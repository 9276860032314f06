"""How long one face waits for its answer from a gallery of 10⁶, on the fastest device."""

from __future__ import annotations

from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.measured_capacity import GALLERY, answers, unknown

_NAME = "answerTime"


def metric(machine: Machine, subject: str) -> Metric:
    """Return the seconds that one face takes, searched alone (unit ``s``)."""
    first = min(answers(machine), key=lambda item: item.median, default=None)
    if first is None:
        return unknown(_NAME, "s", subject)
    return Metric(
        metric=_NAME,
        subject=subject,
        unit="s",
        value=first.median,
        low=first.interval.low,
        high=first.interval.high,
        basis=Basis.MEASURED,
        detail=f"one face at a time in a gallery of {GALLERY:,}, by what was measured on "
        f"{first.device}",
        sources=(f"measure:{first.device}",),
    )
