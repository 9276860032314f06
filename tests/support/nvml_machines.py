"""What NVML answers on known machines, by the call; ``{}`` stands for the device's handle.

H100, its partitioned form and GeForce: ``nvidia-smi`` (-q, -L, nvlink -s) in captures of
utkuozdemir/nvidia_gpu_exporter (internal/captures, e656cd8), idle; A100: a published
``nvidia-smi -a`` of eight A100-SXM4-40GB with driver 535.129.03 (4 January 2024). Serials and UUIDs
are made up, as are the errors behind "N/A". Core counts, bus widths and the numbers behind names
are nvml.h's and NVIDIA's published ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gauger_probes.accelerators.nvml_recording import read
from gauger_probes.accelerators.nvml_survey import Origin, survey
from gauger_probes.evidence.common import JsonValue
from gauger_probes.result import Identified, Result

Answers = Mapping[str, JsonValue]

_MIB = 1024 * 1024
NOT_SUPPORTED: JsonValue = {"error": 3}
NO_PERMISSION: JsonValue = {"error": 4}
NOT_FOUND: JsonValue = {"error": 6}
LOST: JsonValue = {"error": 15}
DEPRECATED: JsonValue = {"error": 26}

SYSTEM: Answers = {
    "nvmlInit()": None,
    "nvmlSystemGetDriverVersion()": "590.48.01",
    "nvmlSystemGetNVMLVersion()": "13.590.48.01",
    "nvmlSystemGetConfComputeState()": NOT_SUPPORTED,
}


def _unlinked(links: int = 36) -> Answers:
    return {f"nvmlDeviceGetNvLinkState({{}}, {link})": NOT_SUPPORTED for link in range(links)}


def _linked(links: int, version: int, megabytes: int) -> Answers:
    return {
        **{f"nvmlDeviceGetNvLinkState({{}}, {link})": 1 for link in range(links)},
        f"nvmlDeviceGetNvLinkState({{}}, {links})": {"error": 2},
        "nvmlDeviceGetNvLinkVersion({}, 0)": version,
        "nvmlDeviceGetFieldValues({}, 90)": megabytes,
    }


def _memory(total: int, reserved: int, used: int, free: int) -> Answers:
    whole = {"total": total * _MIB, "free": free * _MIB, "used": used * _MIB}
    return {
        "nvmlDeviceGetMemoryInfo({})": {**whole, "used": (used + reserved) * _MIB},
        "nvmlDeviceGetMemoryInfo({}, 33554472)": {**whole, "reserved": reserved * _MIB},
    }


def _power(limit_w: int, least_w: int, most_w: int) -> Answers:
    return {
        "nvmlDeviceGetPowerManagementLimit({})": limit_w * 1000,
        "nvmlDeviceGetPowerManagementDefaultLimit({})": limit_w * 1000,
        "nvmlDeviceGetEnforcedPowerLimit({})": limit_w * 1000,
        "nvmlDeviceGetPowerManagementLimitConstraints({})": [least_w * 1000, most_w * 1000],
    }


def _clocks(now: tuple[int, int], most: tuple[int, int], applications: JsonValue) -> Answers:
    """Clocks of the core and of the memory, in MHz."""
    return {
        "nvmlDeviceGetClockInfo({}, 1)": now[0],
        "nvmlDeviceGetClockInfo({}, 2)": now[1],
        "nvmlDeviceGetMaxClockInfo({}, 0)": most[0],
        "nvmlDeviceGetMaxClockInfo({}, 1)": most[0],
        "nvmlDeviceGetMaxClockInfo({}, 2)": most[1],
        "nvmlDeviceGetApplicationsClock({}, 0)": applications,
        "nvmlDeviceGetDefaultApplicationsClock({}, 0)": applications,
    }


#: H100 80GB HBM3, passed through to a virtual machine, driver 590.48.01.
H100: Answers = {
    "nvmlDeviceGetPciInfo_v3({})": {
        "busId": "00000000:00:09.0",
        "pciDeviceId": 0x233010DE,
        "pciSubSystemId": 0x16C110DE,
    },
    "nvmlDeviceGetName({})": "NVIDIA H100 80GB HBM3",
    "nvmlDeviceGetSerial({})": "1650123004567",
    "nvmlDeviceGetUUID({})": "GPU-6f0d2f5e-0000-4000-8000-0000000000a1",
    "nvmlDeviceGetVbiosVersion({})": "96.00.A5.00.01",
    "nvmlDeviceGetBoardPartNumber({})": "692-2G520-0200-000",
    "nvmlDeviceGetArchitecture({})": 9,
    "nvmlDeviceGetCudaComputeCapability({})": [9, 0],
    "nvmlDeviceGetNumGpuCores({})": 16_896,
    "nvmlDeviceGetMemoryBusWidth({})": 5120,
    "nvmlDeviceGetVirtualizationMode({})": 1,
    "nvmlDeviceGetComputeMode({})": 0,
    "nvmlDeviceGetEccMode({})": [1, 1],
    "nvmlDeviceGetDefaultEccMode({})": 1,
    "nvmlDeviceGetMigMode({})": [0, 0],
    "nvmlDeviceGetCurrentClocksEventReasons({})": 0x1,
    **_memory(81_559, 479, 0, 81_080),
    **_power(700, 200, 700),
    **_clocks((345, 2619), (1980, 2619), DEPRECATED),
    **_linked(18, 6, 26_562),
}

#: GPU instance, multiprocessors and MiB of each MIG instance, and its profile.
_INSTANCES = ((2, 60, 40_448, "3g.40gb"), (3, 32, 20_096, "2g.20gb"), (9, 16, 9984, "1g.10gb"))


def _instance(index: int, number: int, units: int, mebibytes: int, profile: str) -> Answers:
    slices = int(profile[0])
    templates: dict[str, JsonValue] = {
        "nvmlDeviceGetName": f"NVIDIA H100 80GB HBM3 MIG {profile}",
        "nvmlDeviceGetUUID": f"MIG-6f0d2f5e-0000-4000-8000-0000000000{index:02x}",
        "nvmlDeviceGetGpuInstanceId": number,
        "nvmlDeviceGetComputeInstanceId": 0,
        "nvmlDeviceGetAttributes": {
            "multiprocessorCount": units,
            "gpuInstanceSliceCount": slices,
            "computeInstanceSliceCount": slices,
            "memorySizeMB": mebibytes,
        },
        "nvmlDeviceGetMemoryInfo": {
            "total": mebibytes * _MIB,
            "free": mebibytes * _MIB,
            "used": 0,
        },
    }
    handle: JsonValue = {"handle": f"{{}}/{index}"}
    return {
        f"nvmlDeviceGetMigDeviceHandleByIndex({{}}, {index})": handle,
        **{f"{function}({{}}/{index})": value for function, value in templates.items()},
    }


#: The same with MIG enabled and three instances. Cores cannot be counted then (nvml.h).
H100_MIG: Answers = {
    **{call: value for call, value in H100.items() if "NvLink" not in call and "90" not in call},
    **_unlinked(),
    "nvmlDeviceGetNumGpuCores({})": NOT_SUPPORTED,
    "nvmlDeviceGetMigMode({})": [1, 1],
    "nvmlDeviceGetMaxMigDeviceCount({})": 7,
    **{
        call: value
        for index, row in enumerate(_INSTANCES)
        for call, value in _instance(index, *row).items()
    },
    **{f"nvmlDeviceGetMigDeviceHandleByIndex({{}}, {at})": NOT_FOUND for at in range(3, 7)},
}

#: GeForce RTX 4080 SUPER on bare metal, driver 595.71.05.
GEFORCE: Answers = {
    "nvmlDeviceGetPciInfo_v3({})": {
        "busId": "00000000:01:00.0",
        "pciDeviceId": 0x270210DE,
        "pciSubSystemId": 0x51101462,
    },
    "nvmlDeviceGetName({})": "NVIDIA GeForce RTX 4080 SUPER",
    "nvmlDeviceGetSerial({})": NOT_SUPPORTED,
    "nvmlDeviceGetUUID({})": "GPU-6f0d2f5e-0000-4000-8000-0000000000b2",
    "nvmlDeviceGetVbiosVersion({})": "95.03.44.00.B2",
    "nvmlDeviceGetBoardPartNumber({})": NOT_SUPPORTED,
    "nvmlDeviceGetArchitecture({})": 8,
    "nvmlDeviceGetCudaComputeCapability({})": [8, 9],
    "nvmlDeviceGetNumGpuCores({})": 10_240,
    "nvmlDeviceGetMemoryBusWidth({})": 256,
    "nvmlDeviceGetVirtualizationMode({})": 0,
    "nvmlDeviceGetComputeMode({})": 0,
    "nvmlDeviceGetEccMode({})": NOT_SUPPORTED,
    "nvmlDeviceGetDefaultEccMode({})": NOT_SUPPORTED,
    "nvmlDeviceGetMigMode({})": NOT_SUPPORTED,
    "nvmlDeviceGetCurrentClocksEventReasons({})": 0x1,
    **_memory(16_376, 434, 0, 15_942),
    **_power(320, 150, 400),
    **_clocks((210, 405), (3165, 11_501), DEPRECATED),
    **_unlinked(),
}

#: A100-SXM4-40GB on bare metal. It is shipped with an applications clock below its maximum.
A100: Answers = {
    "nvmlDeviceGetPciInfo_v3({})": {
        "busId": "00000000:2F:00.0",
        "pciDeviceId": 0x20B010DE,
        "pciSubSystemId": 0x134F10DE,
    },
    "nvmlDeviceGetName({})": "NVIDIA A100-SXM4-40GB",
    "nvmlDeviceGetSerial({})": "1323121000001",
    "nvmlDeviceGetUUID({})": "GPU-6f0d2f5e-0000-4000-8000-0000000000c3",
    "nvmlDeviceGetVbiosVersion({})": "92.00.36.00.04",
    "nvmlDeviceGetBoardPartNumber({})": "692-2G506-0200-002",
    "nvmlDeviceGetArchitecture({})": 7,
    "nvmlDeviceGetCudaComputeCapability({})": [8, 0],
    "nvmlDeviceGetNumGpuCores({})": 6912,
    "nvmlDeviceGetMemoryBusWidth({})": 5120,
    "nvmlDeviceGetVirtualizationMode({})": 0,
    "nvmlDeviceGetComputeMode({})": 0,
    "nvmlDeviceGetEccMode({})": [1, 1],
    "nvmlDeviceGetDefaultEccMode({})": 1,
    "nvmlDeviceGetMigMode({})": [0, 0],
    "nvmlDeviceGetCurrentClocksEventReasons({})": 0x1,
    **_memory(40_960, 620, 4, 40_334),
    **_power(400, 100, 400),
    **_clocks((210, 1215), (1410, 1215), 1095),
    **_linked(12, 4, 25_000),
}


def machine(*devices: Answers, **system: JsonValue) -> dict[str, JsonValue]:
    """Return the answers of a machine with these ``devices``, in their order.

    ``system`` changes answers that belong to no device, by the function's name.
    """
    answers = {**SYSTEM, "nvmlDeviceGetCount()": len(devices)}
    answers |= {f"{function}()": value for function, value in system.items()}
    for index, device in enumerate(devices):
        answers[f"nvmlDeviceGetHandleByIndex({index})"] = {"handle": str(index)}
        for call, value in device.items():
            answers[call.replace("{}", str(index))] = _with_handle(value, index)
    return answers


def _with_handle(value: JsonValue, index: int) -> JsonValue:
    if isinstance(value, dict) and isinstance(way := value.get("handle"), str):
        return {"handle": way.replace("{}", str(index))}
    return value


def losing(answers: dict[str, JsonValue], index: int) -> dict[str, JsonValue]:
    """Return ``answers`` with the device at ``index`` fallen off the bus."""
    kept = {call: value for call, value in answers.items() if not _is_of(call, index)}
    return {**kept, f"nvmlDeviceGetHandleByIndex({index})": LOST}


def _is_of(call: str, index: int) -> bool:
    handle = call.partition("(")[2].rstrip(")").partition(",")[0].partition("/")[0]
    return "Device" in call and handle == str(index)


def document(answers: Answers, **changes: JsonValue) -> dict[str, JsonValue]:
    """Return the recording (``nvml.json``) of a machine with these ``answers``."""
    whole: dict[str, JsonValue] = {"schema": "gauger.nvml/1", "library": None}
    return {**whole, "kernelModuleVersion": None, "answers": dict(answers), **changes}


def replayed(answers: Answers, module: str | None = None) -> Result:
    """Return what the probe makes of a recording with these ``answers``."""
    recording = read(json.dumps(document(answers)).encode())
    return survey(recording, Origin(recording.library, module))


def one(device: Answers, changes: Answers | None = None) -> Identified:
    """Return what the probe says of a ``device`` with some answers changed, by the function."""
    spelt = {call if "(" in call else f"{call}({{}})": to for call, to in (changes or {}).items()}
    return replayed(machine({**device, **spelt})).identified[0]
