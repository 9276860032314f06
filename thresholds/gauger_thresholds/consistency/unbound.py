"""A device that computes or a camera, without a driver: identified, and not to be measured."""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Bus
from gauger_thresholds.findings import Doubt
from gauger_thresholds.interval import ZERO
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each driverless package rated above nothing, and each such camera."""
    return (*_packages(machine), *_cameras(machine))


def _cameras(machine: Machine) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(
            doubt="unbound",
            subject=name,
            explanation=f"{rating.name} at {rating.camera.address} has no driver: "
            + ("known by its descriptors alone" if rating.modes else "no mode of it is known"),
            sources=rating.sources,
            advice="bind its driver, or authorise it, and run again, so that it can be measured",
        )
        for name, rating in machine.cameras.items()
        if not rating.camera.bound
    )


def _packages(machine: Machine) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(
            doubt="unbound",
            subject=name,
            explanation=f"{rating.name} at {rating.accelerator.address} has no driver: "
            "identified by its bus ids alone",
            sources=tuple(item.source for item in rating.accelerator.identities),
            advice="bind its driver and run again, so that a second source can confirm it",
        )
        for name, rating in machine.ratings.items()
        if not rating.accelerator.bound
        and rating.accelerator.bus is not Bus.CPU
        and rating.tpp.interval != ZERO
    )
