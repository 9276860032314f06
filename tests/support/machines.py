"""Builds small machines for judging: accelerators by bus id, and nothing that needs hardware."""

from __future__ import annotations

from collections.abc import Sequence

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.coverage import PROBES, Coverage, Hidden, Privilege, Status
from gauger_probes.evidence.document import Evidence


def pci_device(ids: str, slot: int = 0, *, bound: bool = True) -> Accelerator:
    """Return the device with ``vendor:device[:subvendor:subdevice]`` in slot ``slot``."""
    parts = [*ids.split(":"), None, None][:4]
    address = f"0000:{slot + 1:02x}:00.0"
    return Accelerator(
        id=address,
        bus=Bus.PCI,
        address=address,
        pci=PciId(parts[0], parts[1], parts[2], parts[3], "030200", "a1"),
        driver="driver" if bound else None,
        bound=bound,
        parent=None,
        identities=(Identity("pci", None),),
    )


def coverage(hidden: Sequence[Hidden] = (), probe: str = "accelerators") -> tuple[Coverage, ...]:
    """Return a full coverage, with a hole in ``probe`` when something could hide."""
    return tuple(
        Coverage(
            name,
            Status.CRASHED if hidden and name == probe else Status.OK,
            "killed by signal 11" if hidden and name == probe else None,
            0.1,
            Privilege.USER,
            tuple(hidden) if name == probe else (),
        )
        for name in PROBES
    )


def machine(*ids: str, hidden: Sequence[Hidden] = (), cameras: Sequence[Camera] = ()) -> Evidence:
    """Return evidence of a machine with these PCI devices and cameras."""
    devices = tuple(pci_device(item, slot) for slot, item in enumerate(ids))
    return Evidence(None, tuple(cameras), devices, coverage(hidden))
