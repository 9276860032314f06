"""A device that can compute and has no driver: it was identified, and could not be measured."""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Bus
from gauger_thresholds.findings import Doubt
from gauger_thresholds.interval import ZERO
from gauger_thresholds.metrics.rating import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each driverless package that is rated above nothing."""
    return tuple(
        Doubt(
            doubt="unbound",
            subject=name,
            explanation=f"{rating.name} has no driver: identified by its bus ids alone",
            sources=tuple(item.source for item in rating.accelerator.identities),
            advice="bind its driver and run again, so that a second source can confirm it",
        )
        for name, rating in machine.ratings.items()
        if not rating.accelerator.bound
        and rating.accelerator.bus is not Bus.CPU
        and rating.tpp.interval != ZERO
    )
