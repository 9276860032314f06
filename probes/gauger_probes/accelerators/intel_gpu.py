"""What the i915 and xe drivers say of Intel graphics, through sysfs alone.

Files: Linux drivers/gpu/drm/i915/gt/intel_gt_sysfs_pm.c and drivers/gpu/drm/xe/xe_gt_freq.c
(clocks), Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon and -xe-hwmon (power),
``lmem_total_bytes`` and ``physical_vram_size_bytes`` (memory of a card, per tile).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gauger_probes.accelerators.device_files import (
    PCI_DEVICES,
    DeviceFiles,
    bound_functions,
    hertz,
    is_empty,
    watts,
)
from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Identified, Result
from gauger_probes.roots import Roots

_DRIVERS = ("i915", "xe")
#: hwmon channels: the card (or the package, in i915) and, in xe, the package.
_CHANNELS = ("power1", "power2")


@dataclass(frozen=True, slots=True)
class _Clock:
    """One engine group (``gt0``): what it can run at and what it is allowed, in MHz."""

    name: str
    most: int | None
    allowed: int | None


def probe(context: Context) -> Result:
    """Return what i915 and xe say of their devices; ``notRun`` where they are bound to none."""
    functions = bound_functions(context.roots, _DRIVERS)
    if not functions:
        return Result(status=Status.NOT_RUN, reason="no function is bound to i915 or xe")
    found = (_identified(context.roots, *item) for item in functions)
    return Result(
        identified=tuple(item for item in found if item.limits or not is_empty(item.identity))
    )


def _identified(roots: Roots, address: str, driver: str) -> Identified:
    files = DeviceFiles(roots, f"{PCI_DEVICES}/{address}")
    clocks, memory = _i915(files) if driver == "i915" else _xe(files)
    power = _power_limits(files, driver)
    identity = Identity(
        source=driver,
        name=None,
        max_clock_hz=hertz(max((item.most for item in clocks if item.most), default=None)),
        memory_bytes=memory or None,
        unread=tuple(files.unread),
    )
    return Identified(address, identity, (*_clock_limits(clocks, driver), *power))


def _i915(files: DeviceFiles) -> tuple[list[_Clock], int]:
    clocks: list[_Clock] = []
    memory = 0
    for card in _inside(files, "drm", r"card[0-9]{1,4}"):
        for gt in _inside(files, f"{card}/gt", r"gt[0-9]{1,3}"):
            clocks.append(_clock(files, gt, "rps_RP0_freq_mhz", "rps_max_freq_mhz"))
        if not any(item.most for item in clocks):
            clocks.append(_clock(files, card, "gt_RP0_freq_mhz", "gt_max_freq_mhz"))
        memory = max(memory, files.number(f"{card}/lmem_total_bytes") or 0)
    return clocks, memory


def _xe(files: DeviceFiles) -> tuple[list[_Clock], int]:
    clocks: list[_Clock] = []
    memory = 0
    for tile in files.folders(r"tile[0-9]{1,3}"):
        memory += files.number(f"{tile}/physical_vram_size_bytes") or 0
        for gt in _inside(files, tile, r"gt[0-9]{1,3}"):
            for clock in _inside(files, gt, r"freq[0-9]{1,3}"):
                clocks.append(_clock(files, clock, "rp0_freq", "max_freq"))
    return clocks, memory


def _inside(files: DeviceFiles, folder: str, pattern: str) -> Iterable[str]:
    for name in DeviceFiles(files.roots, f"{files.path}/{folder}").folders(pattern):
        yield f"{folder}/{name}"


def _clock(files: DeviceFiles, folder: str, most: str, allowed: str) -> _Clock:
    return _Clock(
        name=next((part for part in folder.split("/")[::-1] if part.startswith("gt")), "gt0"),
        most=files.number(f"{folder}/{most}"),
        allowed=files.number(f"{folder}/{allowed}"),
    )


def _clock_limits(clocks: Sequence[_Clock], driver: str) -> list[Limit]:
    return [
        Limit("clockCap", driver, f"{item.name} at most {item.allowed} MHz of {item.most} MHz")
        for item in clocks
        if item.most and item.allowed and item.allowed < item.most
    ]


def _power_limits(files: DeviceFiles, driver: str) -> list[Limit]:
    """A limit of 0 W is one that is switched off (sysfs-driver-intel-i915-hwmon)."""
    found = []
    for hwmon in _inside(files, "hwmon", r"hwmon[0-9]{1,4}"):
        for channel in _CHANNELS:
            most = watts(files, f"{hwmon}/{channel}_max")
            rated = watts(files, f"{hwmon}/{channel}_rated_max")
            if most and rated and most < rated:
                found.append(Limit("powerCap", driver, f"{most:g} W, {rated:g} W rated"))
    return found
