"""A driver that knows a PCI device which the bus does not show as one that computes.

Its class code may be another than its kind's, or the function was taken from the bus.
"""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each such device."""
    return tuple(
        Doubt(
            doubt="unlisted",
            subject=device.id,
            explanation=f"{identity.source} lists {_named(identity)} at {device.address}, where "
            "the PCI bus shows nothing that computes",
            sources=("pci", identity.source),
            advice="look at the function's class and at the kernel's log; it is counted by what "
            f"{identity.source} says",
        )
        for device in machine.evidence.accelerators
        if device.parent is None and device.bus is Bus.PLATFORM
        for identity in _with_numbers(device)
    )


def _with_numbers(device: Accelerator) -> tuple[Identity, ...]:
    return tuple(item for item in device.identities if item.pci is not None)


def _named(identity: Identity) -> str:
    numbers = identity.pci
    return identity.name or (f"{numbers.vendor}:{numbers.device}" if numbers else "a device")
