"""The device behind a node of the kernel (``renderD128``, ``accel0``), and its entry.

A node's ``device`` link leads to it (Documentation/filesystems/sysfs.rst); a PCI address among
the components of where it ends names the function that it sits on, however many buses (virtio)
are between. Any other is a platform device, named by its device tree (``of_node/compatible``,
Documentation/devicetree/usage-model.rst) where it has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gauger_probes.accelerators.device_files import PCI_DEVICES
from gauger_probes.accelerators.pci import read_numbers
from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.host.device_path import components, nearest_pci
from gauger_probes.result import Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import PAGE, exists, link_name, read_bytes
from gauger_probes.text import clean

_SOURCE = "sysfs:platform"
#: Names listed in a reason before it says how many more.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class NodeDevice:
    """A device by its own name and its path below the root.

    ``pci`` is the address of the function that it is or sits on, ``None`` where no PCI is passed.
    """

    name: str
    path: str
    pci: str | None


def device_behind(roots: Roots, node: str, link: str = "device") -> NodeDevice | None:
    """Return the device that ``node`` links to, ``None`` where that cannot be told."""
    path = f"{node}/{link}" if link else node
    if link_name(roots, path) is None:
        return None
    parts = components(roots, path)
    name = clean(parts[-1]) if parts[:2] == ("sys", "devices") and len(parts) > 2 else None
    return None if name is None else NodeDevice(name, "/".join(parts), nearest_pci(parts))


def entry_of(roots: Roots, device: NodeDevice) -> Accelerator:
    """Return the entry for ``device``; that of a PCI function says nothing that PCI itself does.

    It is joined with the one that the bus lists, where it lists one.
    """
    if device.pci is not None and exists(roots, f"{PCI_DEVICES}/{device.pci}"):
        return _pci_entry(roots, device.pci)
    driver = link_name(roots, f"{device.path}/driver")
    identity = Identity(source=_SOURCE, name=_compatible(roots, device.path))
    return Accelerator(
        id=device.name,
        bus=Bus.PLATFORM,
        address=device.name,
        pci=None,
        driver=driver,
        bound=driver is not None,
        parent=None,
        identities=(identity,),
    )


def _pci_entry(roots: Roots, address: str) -> Accelerator:
    driver = link_name(roots, f"{PCI_DEVICES}/{address}/driver")
    return Accelerator(
        id=address,
        bus=Bus.PCI,
        address=address,
        pci=read_numbers(roots, address),
        driver=driver,
        bound=driver is not None,
        parent=None,
    )


def with_untold(result: Result, untold: Iterable[str]) -> Result:
    """Return ``result``, as a hole where the devices of the nodes ``untold`` stay unknown."""
    names = [clean(name) or "" for name in untold]
    if not names:
        return result
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return replace(
        result,
        status=Status.PARTIAL,
        reason=f"the device of {', '.join(names[:_NAMED])}{more} cannot be told",
        could_hide=(Hidden.ACCELERATOR,),
    )


def _compatible(roots: Roots, path: str) -> str | None:
    """The most specific of the strings, which comes first; each ends in a zero byte."""
    try:
        raw = read_bytes(roots, f"{path}/of_node/compatible", PAGE)
    except OSError:
        return None
    return clean(raw.partition(b"\0")[0])
