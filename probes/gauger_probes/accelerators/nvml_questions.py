"""Every question that is put to NVIDIA's management library, with the shape of its answer.

One table serves asking, recording and reading a recording back: what it does not list is neither
asked nor believed. Functions and members bear the names of NVIDIA's binding (``pynvml`` of
nvidia-ml-py); parameters, meanings and units are those of nvml.h.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

#: ``nvmlClockType_t``.
CLOCK_GRAPHICS, CLOCK_SM, CLOCK_MEMORY = 0, 1, 2
#: The version that ``nvmlDeviceGetMemoryInfo_v2`` wants to be told (``nvmlMemory_v2``).
MEMORY_V2 = 0x02000028
#: ``NVML_FI_DEV_NVLINK_SPEED_MBPS_COMMON``: megabytes a second of one active link.
FIELD_NVLINK_SPEED = 90


class Kind(Enum):
    """What a question takes or is answered with. ``PAIR`` is two numbers."""

    NOTHING = auto()
    TEXT = auto()
    NUMBER = auto()
    PAIR = auto()
    HANDLE = auto()
    RECORD = auto()


@dataclass(frozen=True, slots=True)
class Question:
    """``takes`` its arguments in order; ``members`` are those of a record that are kept.

    ``versioned``: it may be given one number more, the version of its record.
    """

    answer: Kind
    takes: tuple[Kind, ...] = ()
    members: Mapping[str, Kind] = field(default_factory=dict)
    versioned: bool = False


_OF_DEVICE = (Kind.HANDLE,)
_OF_DEVICE_BY_NUMBER = (Kind.HANDLE, Kind.NUMBER)


def _alike(question: Question, *functions: str) -> dict[str, Question]:
    return dict.fromkeys(functions, question)


def _numbers(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, Kind.NUMBER)


QUESTIONS: Mapping[str, Question] = {
    "nvmlInit": Question(Kind.NOTHING),
    **_alike(Question(Kind.TEXT), "nvmlSystemGetDriverVersion", "nvmlSystemGetNVMLVersion"),
    "nvmlSystemGetConfComputeState": Question(
        Kind.RECORD, (), _numbers("environment", "ccFeature", "devToolsMode")
    ),
    **_alike(Question(Kind.NUMBER), "nvmlDeviceGetCount", "nvmlSystemGetConfComputeGpusReadyState"),
    "nvmlDeviceGetHandleByIndex": Question(Kind.HANDLE, (Kind.NUMBER,)),
    "nvmlDeviceGetMigDeviceHandleByIndex": Question(Kind.HANDLE, _OF_DEVICE_BY_NUMBER),
    "nvmlDeviceGetPciInfo_v3": Question(
        Kind.RECORD,
        _OF_DEVICE,
        {"busId": Kind.TEXT, **_numbers("pciDeviceId", "pciSubSystemId")},
    ),
    # Only the record of version MEMORY_V2 has what is reserved.
    "nvmlDeviceGetMemoryInfo": Question(
        Kind.RECORD, _OF_DEVICE, _numbers("total", "reserved", "free", "used"), versioned=True
    ),
    "nvmlDeviceGetAttributes": Question(
        Kind.RECORD,
        _OF_DEVICE,
        _numbers(
            "multiprocessorCount",
            "gpuInstanceSliceCount",
            "computeInstanceSliceCount",
            "memorySizeMB",
        ),
    ),
    **_alike(
        Question(Kind.TEXT, _OF_DEVICE),
        "nvmlDeviceGetName",
        "nvmlDeviceGetSerial",
        "nvmlDeviceGetUUID",
        "nvmlDeviceGetVbiosVersion",
        "nvmlDeviceGetBoardPartNumber",
    ),
    **_alike(
        Question(Kind.NUMBER, _OF_DEVICE),
        "nvmlDeviceGetArchitecture",
        "nvmlDeviceGetNumGpuCores",
        "nvmlDeviceGetPowerManagementLimit",
        "nvmlDeviceGetPowerManagementDefaultLimit",
        "nvmlDeviceGetEnforcedPowerLimit",
        "nvmlDeviceGetMemoryBusWidth",
        "nvmlDeviceGetVirtualizationMode",
        "nvmlDeviceGetComputeMode",
        "nvmlDeviceGetDefaultEccMode",
        "nvmlDeviceGetMaxMigDeviceCount",
        "nvmlDeviceGetGpuInstanceId",
        "nvmlDeviceGetComputeInstanceId",
        "nvmlDeviceGetCurrentClocksEventReasons",
        "nvmlDeviceGetCurrentClocksThrottleReasons",
    ),
    **_alike(
        Question(Kind.PAIR, _OF_DEVICE),
        "nvmlDeviceGetCudaComputeCapability",
        "nvmlDeviceGetPowerManagementLimitConstraints",
        "nvmlDeviceGetEccMode",
        "nvmlDeviceGetMigMode",
    ),
    **_alike(
        Question(Kind.NUMBER, _OF_DEVICE_BY_NUMBER),
        "nvmlDeviceGetMaxClockInfo",
        "nvmlDeviceGetClockInfo",
        "nvmlDeviceGetApplicationsClock",
        "nvmlDeviceGetDefaultApplicationsClock",
        "nvmlDeviceGetNvLinkState",
        "nvmlDeviceGetNvLinkVersion",
        "nvmlDeviceGetFieldValues",
    ),
}
