"""Where on the PCI bus an OpenCL device sits, so that it is known for one of the accelerators.

Three vendors' answers: cl_khr_pci_bus_info (four 32-bit numbers), cl_amd_device_attribute_query
(24 bytes, the last three of them bus, device and function, no domain) and
cl_nv_device_attribute_query (bus, and a slot whose low three bits are the function).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from gauger_probes.measure.backends.opencl.codes import DeviceInfo
from gauger_probes.measure.backends.opencl.library import Handle, Library
from gauger_probes.measure.backends.opencl.questions import device_bytes, device_number
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries

_PCI = "sys/bus/pci/devices"
_KHR = struct.Struct("<4I")
_AMD = struct.Struct("<I17x3B")
#: ``CL_DEVICE_TOPOLOGY_TYPE_PCIE_AMD``.
_AMD_PCIE = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A PCI function; ``domain`` is ``None`` where the driver does not tell it."""

    domain: int | None
    bus: int
    device: int
    function: int

    def address(self, known: Iterable[str]) -> str | None:
        """Return the function's address, such as ``0000:65:00.0``.

        Without a domain it is the one of ``known`` (the functions that the machine lists) that
        has the rest of it, and ``None`` where there is none or more than one.
        """
        rest = f"{self.bus:02x}:{self.device:02x}.{self.function:x}"
        if self.domain is not None:
            return f"{self.domain:04x}:{rest}"
        fitting = [address for address in known if address.partition(":")[2] == rest]
        return fitting[0] if len(fitting) == 1 else None


def address(library: Library, device: Handle, roots: Roots) -> str | None:
    """Return the PCI address of ``device``, or ``None`` where its driver does not tell it."""
    for asked in (_khronos, _amd, _nvidia):
        place = asked(library, device)
        if place is not None and _possible(place):
            return place.address(entries(roots, _PCI))
    return None


def _khronos(library: Library, device: Handle) -> Place | None:
    raw = device_bytes(library, device, DeviceInfo.PCI_BUS_INFO)
    return Place(*_KHR.unpack(raw)) if raw is not None and len(raw) == _KHR.size else None


def _amd(library: Library, device: Handle) -> Place | None:
    raw = device_bytes(library, device, DeviceInfo.TOPOLOGY_AMD)
    if raw is None or len(raw) != _AMD.size:
        return None
    kind, bus, number, function = _AMD.unpack(raw)
    return Place(None, bus, number, function) if kind == _AMD_PCIE else None


def _nvidia(library: Library, device: Handle) -> Place | None:
    bus = device_number(library, device, DeviceInfo.PCI_BUS_ID_NV)
    slot = device_number(library, device, DeviceInfo.PCI_SLOT_ID_NV)
    if bus is None or slot is None:
        return None
    domain = device_number(library, device, DeviceInfo.PCI_DOMAIN_ID_NV)
    return Place(domain, bus, slot >> 3, slot & 7)


def _possible(place: Place) -> bool:
    """A bus has 8 bits, a device 5 and a function 3 (PCI Local Bus Specification)."""
    return place.bus < 256 and place.device < 32 and place.function < 8
