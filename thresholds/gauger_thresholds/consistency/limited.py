"""A device held below its rating by a cap, a lock or a partition: what law counts is unchanged."""

from __future__ import annotations

from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each limit that a source reports."""
    return tuple(
        Doubt(
            doubt="limited",
            subject=device.id,
            explanation=f"{limit.kind}: {limit.detail}",
            sources=(limit.source,),
            advice="the rating stands; lift the limit to measure what the device can do",
        )
        for device in machine.evidence.accelerators
        for limit in device.limits
    )
