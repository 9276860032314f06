"""What NVIDIA's management library says that one device is, and where it sits.

Every field is asked for by itself: a GeForce has no serial, a partitioned GPU counts no cores, and
neither costs the rest. Meanings and units are those of nvml.h.
"""

from __future__ import annotations

import re

import pynvml

from gauger_probes.accelerators.nvml_answers import Device, Refusal, ask, exact
from gauger_probes.evidence.accelerator import Identity
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


def address_of(handle: object) -> str | Refusal:
    """Return the device's PCI address as sysfs spells it (``0000:65:00.0``)."""
    info = ask("nvmlDeviceGetPciInfo_v3", handle)
    if isinstance(info, Refusal):
        return Refusal(info.code, f"PCI address: {info.reason}")
    try:
        raw: str | bytes = info.busId
    except UnicodeDecodeError as problem:
        raw = problem.object
    found = None if isinstance(raw, bytes) else _BUS_ID.fullmatch(raw)
    if found is None:
        return Refusal(None, f"PCI address unreadable: {clean(raw)}")
    domain, bus, device, function = (int(part, 16) for part in found.groups())
    return f"{domain:04x}:{bus:02x}:{device:02x}.{function}"


def identity_of(device: Device, driver: str | Refusal | None) -> Identity:
    """Return what the library says of ``device``; its refusals are left in ``device.unread``.

    ``driver`` is the version of the driver, which is the machine's and was asked for once.
    """
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
        memory_bytes=_memory_bytes(device),
        firmware=device.text("firmware", "nvmlDeviceGetVbiosVersion"),
        driver_version=device.take("driverVersion", driver),
    )


def _architecture(device: Device) -> str | None:
    value = device.number("architecture", "nvmlDeviceGetArchitecture")
    if value == pynvml.NVML_DEVICE_ARCH_UNKNOWN:
        device.unread.append(Unread("architecture", "the library does not know this device"))
        return None
    return None if value is None else ARCHITECTURES.get(value, str(value))


def _max_clock_hz(device: Device) -> float | None:
    mhz = device.number("maxClockHz", "nvmlDeviceGetMaxClockInfo", pynvml.NVML_CLOCK_SM)
    return None if mhz is None else mhz * _MHZ


def _memory_bytes(device: Device) -> int | None:
    memory = ask("nvmlDeviceGetMemoryInfo", device.handle)
    total = memory if isinstance(memory, Refusal) else exact(memory.total)
    return device.take("memoryBytes", total)
