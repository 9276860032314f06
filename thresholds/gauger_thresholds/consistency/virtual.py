"""A virtual machine: ids, processors and firmware are as its hypervisor presents them."""

from __future__ import annotations

from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt when a hypervisor was recognised."""
    host = machine.evidence.host
    if host is None or host.virtualisation.hypervisor is None:
        return ()
    return (
        Doubt(
            doubt="virtual",
            subject="machine",
            explanation="this is a virtual machine, and every id is as its hypervisor presents it",
            sources=host.virtualisation.sources,
            advice="run Gauger on the physical machine to know what the box holds",
        ),
    )
