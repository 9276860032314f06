"""What holds an NVIDIA device below its rating when it is asked: caps, partitions, throttling.

A limit never changes what the law counts; it explains why a measurement falls short. Locked clocks
can be set through the library but not read back, so they show only under load. Meanings are those
of nvml.h. An applications clock counts where somebody changed it: below the maximum it is from the
start on some cards (585 of 1590 MHz on a Tesla T4, 1312 of 1530 MHz on a V100, by nvidia-smi).
"""

from __future__ import annotations

import pynvml

from gauger_probes.accelerators.nvml_answers import Device, Refusal, ask, number
from gauger_probes.evidence.common import Limit

#: ``nvmlClocksEventReasons``, less the one for an idle device.
EVENT_REASONS = {
    0x002: "applications clocks setting",
    0x004: "software power cap",
    0x008: "hardware slowdown",
    0x010: "sync boost",
    0x020: "software thermal slowdown",
    0x040: "hardware thermal slowdown",
    0x080: "hardware power brake slowdown",
    0x100: "display clock setting",
    0x200: "board limit",
    0x400: "reliability",
}
_IDLE = 0x001

#: ``nvmlGpuVirtualizationMode_t``, less the one for bare metal.
VIRTUALISATION_MODES = {
    1: "passed through to this virtual machine",
    2: "vGPU: a share of a GPU in a virtual machine",
    3: "vGPU host: virtual machines get shares of it",
    4: "vSGA host: virtual machines draw on it",
}

#: A GPU has at most seven partitions; the bound is for a library that says otherwise.
_MOST_PARTITIONS = 64


def limits_of(device: Device) -> tuple[Limit, ...]:
    """Return what limits ``device``; refusals, except of what it lacks, go to its ``unread``."""
    found = (
        _power_cap(device),
        _partition(device),
        _virtualised(device),
        _throttled(device),
        _clock_cap(device),
    )
    return tuple(limit for limit in found if limit is not None)


def _power_cap(device: Device) -> Limit | None:
    default = device.setting("defaultPowerLimit", "nvmlDeviceGetPowerManagementDefaultLimit")
    # The enforced one counts what a management controller demands, too.
    named = {
        "powerLimit": "nvmlDeviceGetPowerManagementLimit",
        "enforcedPowerLimit": "nvmlDeviceGetEnforcedPowerLimit",
    }
    asked = [device.setting(name, function) for name, function in named.items()]
    lowest = min((value for value in asked if value is not None), default=None)
    if default is None or lowest is None or lowest >= default:
        return None
    return Limit("powerCap", "nvml", f"{lowest / 1000:g} W, {default / 1000:g} W by default")


def _partition(device: Device) -> Limit | None:
    modes = ask("nvmlDeviceGetMigMode", device.handle)
    if isinstance(modes, Refusal):
        return None if modes.lacking else device.take("migMode", modes)
    if modes[0] != pynvml.NVML_DEVICE_MIG_ENABLE:
        return None
    count = device.take("migDevices", _count_partitions(device))
    said = "" if count is None else f", {count} instance{'' if count == 1 else 's'}"
    return Limit("partition", "nvml", f"MIG mode enabled{said}")


def _count_partitions(device: Device) -> int | Refusal:
    most = number("nvmlDeviceGetMaxMigDeviceCount", device.handle)
    if isinstance(most, Refusal):
        return most
    count = 0
    for index in range(min(most, _MOST_PARTITIONS)):
        found = ask("nvmlDeviceGetMigDeviceHandleByIndex", device.handle, index)
        if not isinstance(found, Refusal):
            count += 1
        elif found.code != pynvml.NVML_ERROR_NOT_FOUND:
            return found
    return count


def _virtualised(device: Device) -> Limit | None:
    mode = device.setting("virtualisationMode", "nvmlDeviceGetVirtualizationMode")
    if not mode:
        return None
    return Limit("virtualised", "nvml", VIRTUALISATION_MODES.get(mode, f"mode {mode}"))


def _throttled(device: Device) -> Limit | None:
    answer = number("nvmlDeviceGetCurrentClocksEventReasons", device.handle)
    if isinstance(answer, Refusal) and answer.code == pynvml.NVML_ERROR_FUNCTION_NOT_FOUND:
        answer = number("nvmlDeviceGetCurrentClocksThrottleReasons", device.handle)
    if isinstance(answer, Refusal) and answer.lacking:
        return None
    mask = (device.take("clockEventReasons", answer) or 0) & ~_IDLE
    names = [name for bit, name in EVENT_REASONS.items() if mask & bit]
    unknown = mask & ~sum(EVENT_REASONS)
    names += [f"{unknown:#x}"] if unknown else []
    return Limit("throttled", "nvml", ", ".join(names)) if names else None


def _clock_cap(device: Device) -> Limit | None:
    clock = pynvml.NVML_CLOCK_GRAPHICS
    mhz = device.setting("applicationsClock", "nvmlDeviceGetApplicationsClock", clock)
    if mhz is None:
        return None
    default = device.setting(
        "defaultApplicationsClock", "nvmlDeviceGetDefaultApplicationsClock", clock
    )
    most = device.setting("maxGraphicsClock", "nvmlDeviceGetMaxClockInfo", clock)
    if most is None or mhz >= most or mhz == default:
        return None
    return Limit("clockCap", "nvml", f"applications clock {mhz} MHz of {most} MHz")
