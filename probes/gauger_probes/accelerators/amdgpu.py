"""What the amdgpu driver says of each function that it is bound to, through sysfs alone.

Files: Linux Documentation/gpu/amdgpu/ (driver-misc, thermal, "Peak Tops Limiter"),
drivers/gpu/drm/amd/pm/amdgpu_pm.c (clocks, performance level) and amdgpu_gfx.c (partitions).
A rate limiter in the firmware (``ptl``) makes units × clock overstate what the device delivers.
"""

from __future__ import annotations

import re

from gauger_probes.accelerators.device_files import (
    PCI_DEVICES,
    DeviceFiles,
    bound_functions,
    hertz,
    is_empty,
    watts,
)
from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import JsonValue, Limit
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Identified, Result
from gauger_probes.roots import Roots

_DRIVER = "amdgpu"
#: ``1: 2100Mhz *``: a level, its clock, and a star at the present one (amdgpu_pm.c).
_LEVEL = re.compile(r"\s*\w{1,3}:\s*([0-9]{1,6})Mhz(?:\s*\*)?\s*", re.ASCII | re.IGNORECASE)
#: Levels that do not hold the clock below its highest (amdgpu_pm.c).
_UNHELD = frozenset({"auto", "high", "profile_peak"})
#: The one compute partition that is the whole package, and what a driver that cannot tell says.
_UNDIVIDED = frozenset({"SPX", "UNKNOWN"})
_TEXTS = {
    "computePartition": "current_compute_partition",
    "computePartitionsAvailable": "available_compute_partition",
    "memoryPartition": "current_memory_partition",
    "memoryAllocation": "compute_partition_mem_alloc_mode",
    "performanceLevel": "power_dpm_force_performance_level",
    "productNumber": "product_number",
    "uniqueId": "unique_id",
    "memoryVendor": "mem_info_vram_vendor",
    "xgmiDeviceId": "xgmi_device_id",
    "xgmiHiveId": "xgmi_hive_info/xgmi_hive_id",
    "ptlEnabled": "ptl/ptl_enable",
    "ptlFormat": "ptl/ptl_format",
    "ptlSupportedFormats": "ptl/ptl_supported_formats",
}


def probe(context: Context) -> Result:
    """Return what amdgpu says of its devices; ``notRun`` where it is bound to none."""
    functions = bound_functions(context.roots, (_DRIVER,))
    if not functions:
        return Result(status=Status.NOT_RUN, reason="no function is bound to amdgpu")
    found = (_identified(context.roots, at) for at, _ in functions)
    return Result(identified=tuple(item for item in found if not is_empty(item.identity)))


def _identified(roots: Roots, address: str) -> Identified:
    files = DeviceFiles(roots, f"{PCI_DEVICES}/{address}")
    texts = {name: files.text(file) for name, file in _TEXTS.items()}
    cap, default, most = _power(files)
    properties: dict[str, JsonValue] = {**texts}
    properties |= {"powerCapW": cap, "powerCapDefaultW": default, "powerCapMaxW": most}
    identity = Identity(
        source=_DRIVER,
        name=files.text("product_name"),
        serial=files.text("serial_number"),
        max_clock_hz=_top_clock(files),
        memory_bytes=files.number("mem_info_vram_total") or None,
        firmware=files.text("vbios_version"),
        unread=tuple(files.unread),
        properties={name: value for name, value in properties.items() if value is not None} or None,
    )
    limits = (_power_limit(cap, default), *_held(texts))
    return Identified(address, identity, tuple(limit for limit in limits if limit is not None))


def _power(files: DeviceFiles) -> tuple[float | None, float | None, float | None]:
    """The cap, what it is by default, and the highest that may be set, in W."""
    for name in DeviceFiles(files.roots, f"{files.path}/hwmon").folders(r"hwmon[0-9]{1,4}"):
        at = f"hwmon/{name}/power1_cap"
        cap = watts(files, at)
        if cap is not None:
            return cap, watts(files, f"{at}_default"), watts(files, f"{at}_max")
    return None, None, None


def _top_clock(files: DeviceFiles) -> float | None:
    """The clock of the highest level; a user may have lowered it (smu_v13_0_6_ppt.c)."""
    levels = (_LEVEL.fullmatch(line) for line in files.lines("pp_dpm_sclk"))
    return hertz(max((int(level[1]) for level in levels if level), default=None))


def _power_limit(cap: float | None, default: float | None) -> Limit | None:
    if cap is None or default is None or cap >= default:
        return None
    return Limit("powerCap", _DRIVER, f"{cap:g} W, {default:g} W by default")


def _held(texts: dict[str, str | None]) -> list[Limit | None]:
    level, partition = texts["performanceLevel"], texts["computePartition"]
    formats = texts["ptlFormat"] or "unknown"
    return [
        Limit("clockCap", _DRIVER, f"performance level {level}")
        if level is not None and level not in _UNHELD
        else None,
        Limit("partition", _DRIVER, f"compute partition {partition}")
        if partition is not None and partition not in _UNDIVIDED
        else None,
        Limit("rateLimiter", _DRIVER, f"peak TOPS limiter enabled, formats {formats}")
        if texts["ptlEnabled"] == "enabled"
        else None,
    ]
