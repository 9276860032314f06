"""Who tells what a device does while it works: NVML for NVIDIA's, sysfs for the rest.

sysfs: hwmon ``temp1_input`` (m°C), ``power1_average`` or ``power1_input`` (µW), ``freq1_input``
(Hz; Documentation/hwmon/sysfs-interface.rst), and amdgpu's ``gpu_busy_percent``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from gauger_probes.accelerators.nvml_library import candidates, load
from gauger_probes.accelerators.nvml_properties import EVENT_REASONS
from gauger_probes.measure.device.watch import Look, Reader
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, exists, read_int

_PCI = "sys/bus/pci/devices"
#: Vendor id of NVIDIA in PCI configuration space (pci.ids).
_NVIDIA = 0x10DE
#: File: name of the figure, and factor to its unit.
_SENSORS = {
    "temp1_input": ("temperatureC", 1e-3),
    "power1_average": ("powerW", 1e-6),
    "power1_input": ("powerW", 1e-6),
    "freq1_input": ("clockHz", 1.0),
    "freq2_input": ("memoryClockHz", 1.0),
}


def reader_of(address: str, roots: Roots) -> Reader | None:
    """Return who tells about the PCI device at ``address``, ``None`` where nobody does."""
    nvidia = read_int(roots, f"{_PCI}/{address}/vendor", 16) == _NVIDIA
    return _nvml(address, roots) if nvidia else _sysfs(address, roots)


def _sysfs(address: str, roots: Roots) -> Reader | None:
    base = f"{_PCI}/{address}"
    folders = [f"{base}/hwmon/{name}" for name in entries(roots, f"{base}/hwmon")]
    paths = {
        f"{folder}/{name}": figure
        for folder in folders
        for name, figure in _SENSORS.items()
        if exists(roots, f"{folder}/{name}")
    }
    if exists(roots, f"{base}/gpu_busy_percent"):
        paths[f"{base}/gpu_busy_percent"] = ("busyPercent", 1.0)
    if not paths:
        return None

    def read() -> Look:
        found = {
            name: (read_int(roots, path, 10), factor) for path, (name, factor) in paths.items()
        }
        return Look(
            {name: raw * factor for name, (raw, factor) in found.items() if raw is not None}
        )

    return read


def _nvml(address: str, roots: Roots) -> Reader | None:
    import pynvml

    try:
        load(candidates(roots))
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByPciBusId(address)
    except (OSError, RuntimeError, pynvml.NVMLError):
        return None
    clock, temperature = pynvml.NVML_CLOCK_SM, pynvml.NVML_TEMPERATURE_GPU
    asked: dict[str, tuple[Callable[[], Any], float]] = {
        "smClockHz": (lambda: pynvml.nvmlDeviceGetClockInfo(handle, clock), 1e6),
        "temperatureC": (lambda: pynvml.nvmlDeviceGetTemperature(handle, temperature), 1.0),
        "powerW": (lambda: pynvml.nvmlDeviceGetPowerUsage(handle), 1e-3),
    }

    def read() -> Look:
        figures: dict[str, float] = {}
        mask = 0
        for name, (call, factor) in asked.items():
            with contextlib.suppress(pynvml.NVMLError):
                figures[name] = float(call()) * factor
        with contextlib.suppress(pynvml.NVMLError, AttributeError):
            mask = int(pynvml.nvmlDeviceGetCurrentClocksEventReasons(handle))
        reasons = (text for bit, text in EVENT_REASONS.items() if mask & bit)
        return Look(figures, frozenset(reasons))

    return read
