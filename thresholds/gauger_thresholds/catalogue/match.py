"""Finds the rows of the catalogue that describe a device other than the processor.

A device is known by its bus ids; the narrowest pattern that fits wins (subsystem, then exact id,
then the smallest range). One id can stand for several products: units and memory that a driver
states tell those apart, and all rows that still fit are returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_thresholds.catalogue.model import Architecture, Catalogue, Device, Pattern
from gauger_thresholds.catalogue.names import named
from gauger_thresholds.catalogue.patterns import breadth
from gauger_thresholds.catalogue.tell_apart import agreeing

_USB_ID = re.compile(r"\b([0-9a-f]{4}):([0-9a-f]{4})\b")


def devices_for(catalogue: Catalogue, accelerator: Accelerator) -> tuple[Device, ...]:
    """Return the rows that fit ``accelerator`` best, in the order of the catalogue.

    Several rows mean that neither ids nor what a driver counts tells these products apart; none
    means that the catalogue does not know the device. Devices that no bus lists are known by
    their driver, or by the PCI numbers that a source states for them.
    """
    if accelerator.bus is Bus.PLATFORM:
        driven = tuple(row for row in catalogue.devices if accelerator.driver in row.drivers)
        if driven:
            return driven
    fits = [(_narrowest(row.patterns, accelerator), row) for row in catalogue.devices]
    best = min((fit for fit, _ in fits if fit is not None), default=None)
    rows = tuple(row for fit, row in fits if fit is not None and fit == best)
    return agreeing(rows, accelerator.identities, catalogue.architectures)


def rows_named(catalogue: Catalogue, text: str) -> tuple[Device, ...]:
    """Return the rows whose product ``text`` (a driver's name for a device) names.

    The longest name comes first, and a name inside a longer one does not count: "RTX 4090 D"
    names no RTX 4090. None is returned where no row's name occurs.
    """
    return named(catalogue.devices, text)


def architecture_for(catalogue: Catalogue, identity: Identity) -> Architecture | None:
    """Return the architecture that ``identity`` states, ``None`` where it states none of them.

    What compilers call it decides; a driver's name does where one architecture alone has it.
    """
    if identity.target is not None:
        known = (row for row in catalogue.architectures if identity.target in row.targets)
        return next(known, None)
    found = [row for row in catalogue.architectures if identity.architecture in row.driver_names]
    return found[0] if len(found) == 1 else None


def _narrowest(patterns: Iterable[Pattern], accelerator: Accelerator) -> int | None:
    fitting = (breadth(pattern) for pattern in patterns if _fits(pattern, accelerator))
    return min(fitting, default=None)


def _fits(pattern: Pattern, accelerator: Accelerator) -> bool:
    vendor, device = _ids(accelerator)
    if device is None or vendor != pattern.vendor or not pattern.first <= device <= pattern.last:
        return False
    if pattern.bus != ("usb" if accelerator.bus is Bus.USB else "pci"):
        return False
    subsystem, revision = _narrower(accelerator)
    return (
        pattern.subsystem_device is None
        or (pattern.subsystem_vendor, pattern.subsystem_device) == subsystem
    ) and pattern.revision in {None, revision}


def _narrower(accelerator: Accelerator) -> tuple[tuple[str | None, str | None], str | None]:
    """Subsystem and revision, which narrow a PCI id and which USB has not."""
    pci = _pci(accelerator)
    if pci is None:
        return (None, None), None
    return (pci.subsystem_vendor, pci.subsystem_device), pci.revision


def _ids(accelerator: Accelerator) -> tuple[str | None, str | None]:
    """The evidence has no field for USB ids beside PCI's; a source that names them spells them."""
    pci = _pci(accelerator)
    if pci is not None:
        return pci.vendor, pci.device
    if accelerator.bus is Bus.USB:
        for identity in accelerator.identities:
            found = _USB_ID.search(identity.source)
            if found:
                return found[1], found[2]
    return None, None


def _pci(accelerator: Accelerator) -> PciId | None:
    """The bus decides; only where no bus lists a device does a source's own statement count."""
    if accelerator.pci is not None or accelerator.bus is not Bus.PLATFORM:
        return accelerator.pci
    return next((item.pci for item in accelerator.identities if item.pci is not None), None)
