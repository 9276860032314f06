"""What holds an NVIDIA device below its rating when it is asked: caps, partitions, throttling.

Pure, from the properties that were read. A limit never changes what the law counts; it explains
why a measurement falls short. An applications clock counts where somebody changed it: below the
maximum it is from the start on some cards (585 of 1590 MHz on a Tesla T4, 1312 of 1530 MHz on a
V100, by nvidia-smi).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from gauger_probes.evidence.common import JsonValue, Limit

_ENABLED = "enabled"
_LATER = "after the next reset"

_VIRTUALISED = {
    "passThrough": "passed through to this virtual machine",
    "vgpu": "vGPU: a share of a GPU in a virtual machine",
    "hostVgpu": "vGPU host: virtual machines get shares of it",
    "hostVsga": "vSGA host: virtual machines draw on it",
}
_COMPUTE_MODES = {
    "prohibited": "prohibited: no program may compute on it",
    "exclusiveProcess": "exclusive: one process at a time may compute on it",
    "exclusiveThread": "exclusive: one thread at a time may compute on it",
}

Properties = Mapping[str, JsonValue]


def limits_of(properties: Properties) -> tuple[Limit, ...]:
    """Return what limits a device with these properties."""
    details = {
        "powerCap": _power_cap(properties),
        "partition": _partition(properties),
        "partitionPending": _pending(properties, "MIG mode", "migMode", "migPending"),
        "virtualised": _virtualised(properties),
        "throttled": _throttled(properties),
        "clockCap": _clock_cap(properties),
        "ecc": _ecc(properties),
        "eccPending": _pending(properties, "ECC", "eccMode", "eccPending"),
        "computeMode": _compute_mode(properties),
        "confidentialCompute": _confidential(properties),
    }
    return tuple(Limit(kind, "nvml", said) for kind, said in details.items() if said is not None)


def _number(properties: Properties, name: str) -> float | None:
    value = properties.get(name)
    return value if isinstance(value, int | float) else None


def _power_cap(properties: Properties) -> str | None:
    default = _number(properties, "powerDefaultW")
    # The enforced one counts what a management controller demands, too.
    asked = [_number(properties, name) for name in ("powerLimitW", "powerEnforcedW")]
    lowest = min((value for value in asked if value is not None), default=None)
    if default is None or lowest is None or lowest >= default:
        return None
    return f"{lowest:g} W, {default:g} W by default"


def _partition(properties: Properties) -> str | None:
    if properties.get("migMode") != _ENABLED:
        return None
    count = _number(properties, "migInstances")
    said = "" if count is None else f", {count:g} instance{'' if count == 1 else 's'}"
    return f"MIG mode enabled{said}"


def _pending(properties: Properties, what: str, now: str, later: str) -> str | None:
    if properties.get(now) == properties.get(later):
        return None
    return f"{what} {properties.get(now)}, {properties.get(later)} {_LATER}"


def _virtualised(properties: Properties) -> str | None:
    mode = properties.get("virtualisationMode")
    return None if mode in (None, "none") else _VIRTUALISED.get(str(mode), f"mode {mode}")


def _throttled(properties: Properties) -> str | None:
    reasons = cast(list[str], properties.get("clockEventReasons", []))
    return ", ".join(reason for reason in reasons if reason != "idle") or None


def _clock_cap(properties: Properties) -> str | None:
    clock = _number(properties, "applicationsClockHz")
    most = _number(properties, "graphicsClockMaxHz")
    default = _number(properties, "applicationsClockDefaultHz")
    if clock is None or most is None or clock >= most or clock == default:
        return None
    return f"applications clock {clock / 1e6:g} MHz of {most / 1e6:g} MHz"


def _ecc(properties: Properties) -> str | None:
    """Where it is off by default, checking costs memory and bandwidth."""
    if (properties.get("eccMode"), properties.get("eccDefault")) != (_ENABLED, "disabled"):
        return None
    return "ECC enabled, disabled by default"


def _compute_mode(properties: Properties) -> str | None:
    mode = properties.get("computeMode")
    return None if mode in (None, "default") else _COMPUTE_MODES.get(str(mode), f"mode {mode}")


def _confidential(properties: Properties) -> str | None:
    if properties.get("confidentialCompute") != _ENABLED:
        return None
    tools = properties.get("confidentialComputeDeveloperTools") == "on"
    return "confidential computing is on" + (", with developer tools" if tools else "")
