"""The NVLinks of an NVIDIA device: how many there are, how many are up, how fast one is.

Links are asked for one after the other until the library knows no further one; a link that is not
supported may stand before one that is. Numbers are those of nvml.h.
"""

from __future__ import annotations

from gauger_probes.accelerators.nvml_answers import INVALID_ARGUMENT, Refusal
from gauger_probes.accelerators.nvml_questions import FIELD_NVLINK_SPEED
from gauger_probes.accelerators.nvml_subject import Subject
from gauger_probes.evidence.common import JsonValue

#: ``NVML_NVLINK_MAX_LINKS`` of the newest header; older libraries refuse beyond 18.
_MOST_LINKS = 36

#: ``nvmlNvlinkVersion_t``.
VERSIONS = {1: "1.0", 2: "2.0", 3: "2.2", 4: "3.0", 5: "3.1", 6: "4.0", 7: "5.0"}


def nvlink_of(device: Subject) -> dict[str, JsonValue]:
    """Return the properties that begin with ``nvlink``: none where the device has no links.

    ``nvlinkSpeedBytesPerS`` is one link's in one direction, as the library states it.
    """
    states = _states(device)
    active = [link for link, up in states.items() if up]
    found: dict[str, JsonValue] = {"nvlinkCount": len(states), "nvlinkActive": len(active)}
    if active:
        version = device.setting("nvlinkVersion", "nvmlDeviceGetNvLinkVersion", active[0])
        speed = device.setting(
            "nvlinkSpeedBytesPerS", "nvmlDeviceGetFieldValues", FIELD_NVLINK_SPEED
        )
        found["nvlinkVersion"] = None if version is None else VERSIONS.get(version, str(version))
        found["nvlinkSpeedBytesPerS"] = None if speed is None else speed * 1e6
    return {name: value for name, value in found.items() if states and value is not None}


def _states(device: Subject) -> dict[int, bool]:
    """Whether each link is up, as far as the library would go."""
    states: dict[int, bool] = {}
    for link in range(_MOST_LINKS):
        answer = device.asked_number("nvmlDeviceGetNvLinkState", link)
        if not isinstance(answer, Refusal):
            states[link] = answer != 0
        elif answer.code == INVALID_ARGUMENT:
            break
        elif not answer.lacking:
            device.take("nvlinkActive", answer)
            break
    return states
