"""What NVIDIA's management library says that one device is, and where it sits.

Only what identifies; how the device is set stands in its properties. Meanings and units are those
of nvml.h.
"""

from __future__ import annotations

import re
from typing import cast

from gauger_probes.accelerators.nvml_answers import Refusal
from gauger_probes.accelerators.nvml_questions import CLOCK_SM
from gauger_probes.accelerators.nvml_subject import Subject
from gauger_probes.evidence.accelerator import Identity, PciId
from gauger_probes.evidence.common import Unread
from gauger_probes.text import clean

_MHZ = 1e6

#: ``nvmlPciInfo_t.busId``, eight digits of domain (four in older libraries).
_BUS_ID = re.compile(r"([0-9A-Fa-f]{4,8}):([0-9A-Fa-f]{2}):([0-9A-Fa-f]{2})\.([0-7])")

#: ``nvmlDeviceArchitecture_t``. A number that is not listed here is kept as it is.
ARCHITECTURES = {
    2: "Kepler",
    3: "Maxwell",
    4: "Pascal",
    5: "Volta",
    6: "Turing",
    7: "Ampere",
    8: "Ada",
    9: "Hopper",
    10: "Blackwell",
    13: "Rubin",
}
#: ``NVML_DEVICE_ARCH_UNKNOWN``.
ARCHITECTURE_UNKNOWN = 0xFFFFFFFF


def address_of(device: Subject) -> str | Refusal:
    """Return the device's PCI address as sysfs spells it (``0000:65:00.0``)."""
    info = device.ask("nvmlDeviceGetPciInfo_v3")
    if isinstance(info, Refusal):
        return Refusal(info.code, f"PCI address: {info.reason}")
    raw = cast(dict[str, str], info).get("busId", "")
    found = _BUS_ID.fullmatch(raw)
    if found is None:
        return Refusal(None, f"PCI address unreadable: {clean(raw)}")
    domain, bus, slot, function = (int(part, 16) for part in found.groups())
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function}"


def identity_of(device: Subject) -> Identity:
    """Return what the library says of ``device``; its refusals are left in ``device.unread``."""
    units = device.number("units", "nvmlDeviceGetNumGpuCores")
    return Identity(
        source="nvml",
        name=device.text("name", "nvmlDeviceGetName"),
        vendor="NVIDIA",
        architecture=_architecture(device),
        serial=device.text("serial", "nvmlDeviceGetSerial"),
        uuid=device.text("uuid", "nvmlDeviceGetUUID"),
        units=units,
        unit_kind=None if units is None else "cudaCore",
        max_clock_hz=_max_clock_hz(device),
        memory_bytes=device.take("memoryBytes", device.member("total", "nvmlDeviceGetMemoryInfo")),
        firmware=device.text("firmware", "nvmlDeviceGetVbiosVersion"),
        target=_target(device),
        pci=_pci(device),
    )


def _architecture(device: Subject) -> str | None:
    value = device.number("architecture", "nvmlDeviceGetArchitecture")
    if value == ARCHITECTURE_UNKNOWN:
        device.unread.append(Unread("architecture", "the library does not know this device"))
        return None
    return None if value is None else ARCHITECTURES.get(value, str(value))


def _target(device: Subject) -> str | None:
    """The name that NVIDIA's compilers give to a compute capability: 9.0 is ``sm_90``."""
    version = device.take("target", device.pair("nvmlDeviceGetCudaComputeCapability"))
    return None if version is None else f"sm_{version[0]}{version[1]}"


def _max_clock_hz(device: Subject) -> float | None:
    mhz = device.number("maxClockHz", "nvmlDeviceGetMaxClockInfo", CLOCK_SM)
    return None if mhz is None else mhz * _MHZ


def _pci(device: Subject) -> PciId | None:
    """Both numbers hold the device's id above the vendor's; class and revision are not told."""
    vendor, own = _two_ids(device, "pciDeviceId")
    subsystem_vendor, subsystem = _two_ids(device, "pciSubSystemId")
    if vendor is None and subsystem_vendor is None:
        return None
    return PciId(vendor, own, subsystem_vendor, subsystem, class_=None, revision=None)


def _two_ids(device: Subject, name: str) -> tuple[str | None, str | None]:
    both = device.take(name, device.member(name, "nvmlDeviceGetPciInfo_v3"))
    if both is not None and both >= 2**32:
        both = device.take(name, Refusal(None, f"out of range: {both}"))
    return (None, None) if both is None else (f"{both & 0xFFFF:04x}", f"{both >> 16:04x}")
