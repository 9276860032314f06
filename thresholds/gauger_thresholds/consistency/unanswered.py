"""NVML that lists fewer devices than its driver holds: could not look, which is not zero.

Where NVML answered nothing at all, the coverage says so.
"""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.coverage import Status
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine

_DRIVER = "nvidia"
_SOURCE = "nvml"


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each function of the driver that its library says nothing of."""
    held = [item for item in machine.evidence.accelerators if _is_held(item)]
    silent = [item for item in held if not _answered(item)]
    asked = any(
        line.probe == "accelerators.nvml" and line.status in (Status.OK, Status.PARTIAL)
        for line in machine.evidence.coverage
    )
    if not asked:
        return ()
    listed = f"{len(held) - len(silent)} of {len(held)}"
    return tuple(
        Doubt(
            doubt="unanswered",
            subject=item.id,
            explanation=f"{item.address} is bound to {_DRIVER} and NVML does not list it: "
            f"it lists {listed}",
            sources=("pci", _SOURCE),
            advice="it is counted by its PCI ids; reset it or restart, and run again",
        )
        for item in silent
    )


def _is_held(item: Accelerator) -> bool:
    return item.pci is not None and item.driver == _DRIVER and item.parent is None


def _answered(item: Accelerator) -> bool:
    return any(identity.source == _SOURCE for identity in item.identities)
