"""PCI functions that can compute or draw: found by class, never by name, driver or order.

Listed are base class 03 (display), 12 (processing accelerator, less 1201, a DMA engine), 0b40
(co-processor), and every function whose ids are known to be an accelerator's, whatever its class
(class codes: PCI Code and ID Assignment Specification, in pci.ids under ``C``). An emulated VGA
adapter is often in front of the accelerator, so nothing ends the search.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gauger_probes.accelerators import pci_ids
from gauger_probes.accelerators.pci_ids import PciNames, Wanted
from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.host.device_path import PCI_ADDRESS
from gauger_probes.result import Part
from gauger_probes.roots import Roots
from gauger_probes.sysfs import MAX_ENTRIES, link_name, read_hex
from gauger_probes.text import clean

_DEVICES = "sys/bus/pci/devices"
_PART = "accelerators.pci"
_DISPLAY = "03"
_PROCESSING = "12"
_SDXI = "1201"
_CO_PROCESSOR = "0b40"
#: Addresses named in a reason before it says how many more.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class PciScan:
    """What the bus holds. ``part`` is set where something on it could not be told."""

    accelerators: tuple[Accelerator, ...]
    part: Part | None = None
    has_bus: bool = True


@dataclass(frozen=True, slots=True)
class _Function:
    address: str
    pci: PciId
    driver: str | None
    physical: str | None


def scan(
    roots: Roots, known: Collection[str] = (), names_from: Sequence[Path] = pci_ids.PATHS
) -> PciScan:
    """Return the accelerators on the PCI bus, by address.

    ``known`` holds the ids (``vendor:device``) of accelerators that may show another class; names
    come from ``names_from``.
    """
    ids = frozenset(known)
    try:
        devices = roots.resolve(_DEVICES)
        names = sorted(entry.name for entry in islice(devices.iterdir(), MAX_ENTRIES))
    except FileNotFoundError:
        return PciScan((), has_bus=False)
    except OSError as problem:
        denied = isinstance(problem, PermissionError)
        status = Status.DENIED if denied else Status.PARTIAL
        reason = f"{_DEVICES} could not be listed: {problem.strerror}"
        return PciScan((), Part(_PART, status, reason, (Hidden.ACCELERATOR,)))
    functions = [_read(roots, name) for name in names if PCI_ADDRESS.fullmatch(name)]
    unclassed = [name for name in names if not PCI_ADDRESS.fullmatch(name)]
    unclassed += [item.address for item in functions if item.pci.class_ is None]
    kept = [item for item in functions if _is_accelerator(item.pci, ids)]
    return PciScan(_accelerators(kept, names_from), _unclassed(unclassed))


def read_numbers(roots: Roots, address: str) -> PciId:
    """Return the numbers of the function at ``address``, as far as sysfs states them."""
    path = f"{_DEVICES}/{address}"
    return PciId(
        vendor=read_hex(roots, f"{path}/vendor", 4),
        device=read_hex(roots, f"{path}/device", 4),
        subsystem_vendor=read_hex(roots, f"{path}/subsystem_vendor", 4),
        subsystem_device=read_hex(roots, f"{path}/subsystem_device", 4),
        class_=read_hex(roots, f"{path}/class", 6),
        revision=read_hex(roots, f"{path}/revision", 2),
    )


def _read(roots: Roots, address: str) -> _Function:
    path = f"{_DEVICES}/{address}"
    return _Function(
        address=address,
        pci=read_numbers(roots, address),
        driver=link_name(roots, f"{path}/driver"),
        physical=link_name(roots, f"{path}/physfn"),
    )


def _is_accelerator(pci: PciId, known: Collection[str]) -> bool:
    number = pci.class_ or ""
    if number.startswith((_DISPLAY, _CO_PROCESSOR)):
        return True
    if number.startswith(_PROCESSING) and not number.startswith(_SDXI):
        return True
    return f"{pci.vendor}:{pci.device}" in known


def _accelerators(
    functions: Sequence[_Function], names_from: Sequence[Path]
) -> tuple[Accelerator, ...]:
    names = pci_ids.look_up(
        Wanted(
            vendors={item.pci.vendor for item in functions if item.pci.vendor},
            devices={f"{item.pci.vendor}:{item.pci.device}" for item in functions},
        ),
        names_from,
    )
    # A virtual function whose package is not listed is counted as one: it must not vanish.
    packages = {item.address for item in functions if item.physical is None}
    return tuple(_accelerator(item, names, packages) for item in functions)


def _accelerator(function: _Function, names: PciNames, packages: Collection[str]) -> Accelerator:
    pci = function.pci
    return Accelerator(
        id=function.address,
        bus=Bus.PCI,
        address=function.address,
        pci=pci,
        driver=function.driver,
        bound=function.driver is not None,
        parent=function.physical if function.physical in packages else None,
        identities=(
            Identity(
                source="pci",
                name=names.device(pci.vendor, pci.device),
                vendor=names.vendor(pci.vendor),
            ),
        ),
    )


def _unclassed(names: Sequence[str]) -> Part | None:
    if not names:
        return None
    said = ", ".join(clean(name) or "" for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    reason = f"class of {said}{more} unreadable"
    return Part(_PART, Status.PARTIAL, reason, (Hidden.ACCELERATOR,))
