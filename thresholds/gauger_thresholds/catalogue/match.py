"""Finds the rows of the catalogue that describe a device or a processor.

A device is known by its bus ids; the narrowest pattern that fits wins (subsystem, then exact id,
then the smallest range), and all rows that fit equally well are returned, because one id can
stand for several products. A processor is known by CPUID or MIDR numbers and its model name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.model import Catalogue, Cpu, Device, Pattern
from gauger_thresholds.catalogue.patterns import breadth

K = TypeVar("K", int, str)

_USB_ID = re.compile(r"\b([0-9a-f]{4}):([0-9a-f]{4})\b")
#: Starts of what ``uname -m`` prints, by the catalogue's word for the architecture.
_MACHINES = (
    ("x86", ("x86_64", "amd64", "i386", "i486", "i586", "i686", "x86")),
    ("arm", ("aarch64", "arm")),
    ("power", ("ppc",)),
    ("s390", ("s390",)),
    ("loongarch", ("loongarch",)),
    ("riscv", ("riscv",)),
)


def devices_for(catalogue: Catalogue, accelerator: Accelerator) -> tuple[Device, ...]:
    """Return the rows that fit ``accelerator`` best, in the order of the catalogue.

    Several rows mean that the ids do not tell these products apart; none means that the
    catalogue does not know the device. Devices that no bus lists are known by their driver.
    """
    if accelerator.bus is Bus.PLATFORM:
        return tuple(row for row in catalogue.devices if accelerator.driver in row.drivers)
    fits = [(_narrowest(row.patterns, accelerator), row) for row in catalogue.devices]
    best = min((fit for fit, _ in fits if fit is not None), default=None)
    return tuple(row for fit, row in fits if fit is not None and fit == best)


def cpu_for(catalogue: Catalogue, processor: Processor) -> Cpu | None:
    """Return the row that describes ``processor`` most closely, ``None`` where none does.

    A part's name beats its stepping, and a stepping beats a range of models.
    """
    fitting = [row for row in catalogue.cpus if _is_one(row, processor)]
    return max(fitting, key=lambda row: _closeness(row, processor), default=None)


def architecture_of(processor: Processor) -> str | None:
    """Return the catalogue's word for the architecture, ``None`` where it has none."""
    machine = processor.architecture.lower()
    for name, starts in _MACHINES:
        if machine.startswith(starts):
            return name
    return None


def _narrowest(patterns: Iterable[Pattern], accelerator: Accelerator) -> int | None:
    fitting = (breadth(pattern) for pattern in patterns if _fits(pattern, accelerator))
    return min(fitting, default=None)


def _fits(pattern: Pattern, accelerator: Accelerator) -> bool:
    if pattern.bus != accelerator.bus.value:
        return False
    vendor, device = _ids(accelerator)
    if device is None or vendor != pattern.vendor or not pattern.first <= device <= pattern.last:
        return False
    return pattern.subsystem_device is None or (
        accelerator.pci is not None
        and accelerator.pci.subsystem_vendor == pattern.subsystem_vendor
        and accelerator.pci.subsystem_device == pattern.subsystem_device
    )


def _ids(accelerator: Accelerator) -> tuple[str | None, str | None]:
    """The evidence has no field for USB ids beside PCI's; a source that names them spells them."""
    if accelerator.pci is not None:
        return accelerator.pci.vendor, accelerator.pci.device
    for identity in accelerator.identities:
        found = _USB_ID.search(identity.source)
        if found:
            return found[1], found[2]
    return None, None


def _is_one(row: Cpu, processor: Processor) -> bool:
    if row.architecture != architecture_of(processor):
        return False
    vendor = processor.implementer if row.architecture == "arm" else processor.vendor
    return (
        (row.vendor is None or row.vendor == (vendor or "").strip())
        and (not row.families or processor.family in row.families)
        and (not row.models or _covers(row.models, processor.model_number))
        and (row.steppings is None or _covers((row.steppings,), processor.stepping))
        and (not row.parts or _covers(row.parts, processor.part))
        and (not row.name_contains or _named(row, processor) > 0)
    )


def _covers(ranges: Iterable[tuple[K, K]], value: K | None) -> bool:
    return value is not None and any(first <= value <= last for first, last in ranges)


def _named(row: Cpu, processor: Processor) -> int:
    """How many letters of the model name the row recognises."""
    model = processor.model or ""
    return max((len(text) for text in row.name_contains if text in model), default=0)


def _closeness(row: Cpu, processor: Processor) -> tuple[int, bool, int]:
    span = min(
        (
            last - first
            for first, last in row.models
            if processor.model_number is not None and first <= processor.model_number <= last
        ),
        default=256,
    )
    return _named(row, processor), row.steppings is not None, -span
