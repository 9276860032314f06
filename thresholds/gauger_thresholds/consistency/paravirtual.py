"""A display device that a hypervisor presents: a GPU of the host may stand behind it."""

from __future__ import annotations

from gauger_thresholds.catalogue.model import Kind
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each such device."""
    return tuple(
        Doubt(
            doubt="paravirtual",
            subject=name,
            explanation=f"{rating.name} at {rating.accelerator.address} stands in front of "
            "whatever GPU the host has, which cannot be identified from here",
            sources=rating.sources,
            advice="run Gauger on the host to know what it holds",
        )
        for name, rating in machine.ratings.items()
        if rating.kinds == {Kind.PARAVIRTUAL}
    )
