"""How an NVIDIA device is set and built, beyond what identifies it: properties by name.

A name ends in its unit; what a device lacks is absent, what it would not tell is in its
``unread``. A clock that is locked has no getter and is therefore not spoken of: it shows under
load. Meanings and units are those of nvml.h (milliwatts, megahertz, bits).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gauger_probes.accelerators.nvml_answers import FUNCTION_NOT_FOUND, Refusal
from gauger_probes.accelerators.nvml_nvlink import nvlink_of
from gauger_probes.accelerators.nvml_questions import (
    CLOCK_GRAPHICS,
    CLOCK_MEMORY,
    CLOCK_SM,
    MEMORY_V2,
)
from gauger_probes.accelerators.nvml_subject import Subject
from gauger_probes.evidence.common import JsonValue

#: ``nvmlEnableState_t``, and the modes of MIG, which have the same numbers.
SWITCH = {0: "disabled", 1: "enabled"}
#: ``nvmlComputeMode_t``.
COMPUTE_MODES = {0: "default", 1: "exclusiveThread", 2: "prohibited", 3: "exclusiveProcess"}
#: ``nvmlGpuVirtualizationMode_t``.
VIRTUALISATION_MODES = {0: "none", 1: "passThrough", 2: "vgpu", 3: "hostVgpu", 4: "hostVsga"}
#: ``nvmlClocksEventReasons``.
EVENT_REASONS = {
    0x001: "idle",
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
#: ``NVML_CC_SYSTEM_ENVIRONMENT_*`` and ``NVML_CC_SYSTEM_DEVTOOLS_MODE_*``.
ENVIRONMENTS = {0: "unavailable", 1: "simulation", 2: "production"}
DEVELOPER_TOOLS = {0: "off", 1: "on"}

Properties = dict[str, JsonValue]
_Reading = Callable[[int], JsonValue]


def _named(names: Mapping[int, str]) -> _Reading:
    """A number that a table does not know is kept as it is."""
    return lambda value: names.get(value, str(value))


def _hertz(megahertz: int) -> JsonValue:
    return megahertz * 1e6


def _watts(milliwatts: int) -> JsonValue:
    return milliwatts / 1000


def _count(value: int) -> JsonValue:
    return value


def _reasons(mask: int) -> JsonValue:
    names: list[JsonValue] = [name for bit, name in EVENT_REASONS.items() if mask & bit]
    unknown = mask & ~sum(EVENT_REASONS)
    return [*names, f"{unknown:#x}"] if unknown else names


@dataclass(frozen=True, slots=True)
class _Setting:
    name: str
    function: str
    read: _Reading
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Two:
    """Two properties that one question answers."""

    names: tuple[str, str]
    function: str
    read: _Reading


_SETTINGS = (
    _Setting("graphicsClockMaxHz", "nvmlDeviceGetMaxClockInfo", _hertz, (CLOCK_GRAPHICS,)),
    _Setting("memoryClockMaxHz", "nvmlDeviceGetMaxClockInfo", _hertz, (CLOCK_MEMORY,)),
    _Setting("smClockHz", "nvmlDeviceGetClockInfo", _hertz, (CLOCK_SM,)),
    _Setting("memoryClockHz", "nvmlDeviceGetClockInfo", _hertz, (CLOCK_MEMORY,)),
    _Setting("applicationsClockHz", "nvmlDeviceGetApplicationsClock", _hertz, (CLOCK_GRAPHICS,)),
    _Setting(
        "applicationsClockDefaultHz",
        "nvmlDeviceGetDefaultApplicationsClock",
        _hertz,
        (CLOCK_GRAPHICS,),
    ),
    _Setting("powerLimitW", "nvmlDeviceGetPowerManagementLimit", _watts),
    _Setting("powerDefaultW", "nvmlDeviceGetPowerManagementDefaultLimit", _watts),
    _Setting("powerEnforcedW", "nvmlDeviceGetEnforcedPowerLimit", _watts),
    _Setting("memoryBusBits", "nvmlDeviceGetMemoryBusWidth", _count),
    _Setting("eccDefault", "nvmlDeviceGetDefaultEccMode", _named(SWITCH)),
    _Setting("computeMode", "nvmlDeviceGetComputeMode", _named(COMPUTE_MODES)),
    _Setting("virtualisationMode", "nvmlDeviceGetVirtualizationMode", _named(VIRTUALISATION_MODES)),
)
_TWOS = (
    _Two(("powerMinW", "powerMaxW"), "nvmlDeviceGetPowerManagementLimitConstraints", _watts),
    _Two(("eccMode", "eccPending"), "nvmlDeviceGetEccMode", _named(SWITCH)),
    _Two(("migMode", "migPending"), "nvmlDeviceGetMigMode", _named(SWITCH)),
)


def properties_of(device: Subject) -> Properties:
    """Return the properties of ``device``; refusals, except of what it lacks, go to ``unread``."""
    found: Properties = {}
    for setting in _SETTINGS:
        value = device.setting(setting.name, setting.function, *setting.numbers)
        if value is not None:
            found[setting.name] = setting.read(value)
    for two in _TWOS:
        both = device.take_if_there(two.names[0], device.pair(two.function))
        if both is not None:
            found |= zip(two.names, map(two.read, both), strict=True)
    return {**found, **_rest(device), **nvlink_of(device)}


def _rest(device: Subject) -> Properties:
    reserved = device.member("reserved", "nvmlDeviceGetMemoryInfo", MEMORY_V2)
    found: Properties = {
        "memoryReservedBytes": device.take_if_there("memoryReservedBytes", reserved),
        "boardPartNumber": _board_part_number(device),
        "clockEventReasons": _clock_event_reasons(device),
    }
    return {name: value for name, value in found.items() if value is not None}


def _board_part_number(device: Subject) -> str | None:
    function = "nvmlDeviceGetBoardPartNumber"
    answer = device.ask(function)
    if isinstance(answer, Refusal) and answer.lacking:
        return None
    return device.text("boardPartNumber", function)


def _clock_event_reasons(device: Subject) -> JsonValue:
    """Drivers before 535 know the question by its older name."""
    answer = device.asked_number("nvmlDeviceGetCurrentClocksEventReasons")
    if isinstance(answer, Refusal) and answer.code == FUNCTION_NOT_FOUND:
        answer = device.asked_number("nvmlDeviceGetCurrentClocksThrottleReasons")
    mask = device.take_if_there("clockEventReasons", answer)
    return None if mask is None else _reasons(mask)


def machine_properties(machine: Subject) -> Properties:
    """Return what holds for every device: the library's version and confidential computing."""
    found: Properties = {
        "nvmlVersion": machine.text("nvmlVersion", "nvmlSystemGetNVMLVersion"),
        "confidentialCompute": _state(machine, "confidentialCompute", "ccFeature", SWITCH),
    }
    if found["confidentialCompute"] is not None:
        found |= {
            name: _state(machine, name, member, words)
            for name, member, words in (
                ("confidentialComputeEnvironment", "environment", ENVIRONMENTS),
                ("confidentialComputeDeveloperTools", "devToolsMode", DEVELOPER_TOOLS),
            )
        }
    if found["confidentialCompute"] == SWITCH[1]:
        ready = machine.setting(
            "confidentialComputeReady", "nvmlSystemGetConfComputeGpusReadyState"
        )
        found["confidentialComputeReady"] = None if ready is None else ready != 0
    return {name: value for name, value in found.items() if value is not None}


def _state(machine: Subject, name: str, member: str, words: Mapping[int, str]) -> JsonValue:
    value = machine.take_if_there(name, machine.member(member, "nvmlSystemGetConfComputeState"))
    return None if value is None else _named(words)(value)
