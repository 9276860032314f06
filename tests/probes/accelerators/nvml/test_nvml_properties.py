"""What a device states beyond its identity: by name and unit, absent where it lacks it."""

from __future__ import annotations

import pynvml
import pytest

from gauger_probes.accelerators import nvml_questions
from gauger_probes.accelerators.nvml_answers import ERRORS
from gauger_probes.accelerators.nvml_fields import ARCHITECTURE_UNKNOWN, ARCHITECTURES
from gauger_probes.accelerators.nvml_nvlink import VERSIONS
from gauger_probes.accelerators.nvml_properties import (
    COMPUTE_MODES,
    DEVELOPER_TOOLS,
    ENVIRONMENTS,
    EVENT_REASONS,
    SWITCH,
    VIRTUALISATION_MODES,
)
from gauger_probes.evidence.common import JsonValue, Unread
from support.nvml_machines import A100, GEFORCE, H100, H100_MIG, Answers, machine, one, replayed

DENIED = "NVML_ERROR_NO_PERMISSION (4)"


def properties(device: Answers, changes: Answers | None = None) -> dict[str, JsonValue]:
    """Return the properties of a device, of which nothing that it has is unread."""
    identity = one(device, changes).identity
    assert {refused.field for refused in identity.unread} <= {"serial"}
    return dict(identity.properties or {})


def test_an_a100_states_all_of_this() -> None:
    assert properties(A100) == {
        "nvmlVersion": "13.590.48.01",
        "graphicsClockMaxHz": 1.41e9,
        "memoryClockMaxHz": 1.215e9,
        "smClockHz": 2.1e8,
        "memoryClockHz": 1.215e9,
        "applicationsClockHz": 1.095e9,
        "applicationsClockDefaultHz": 1.095e9,
        "powerLimitW": 400,
        "powerDefaultW": 400,
        "powerEnforcedW": 400,
        "powerMinW": 100,
        "powerMaxW": 400,
        "memoryBusBits": 5120,
        "memoryReservedBytes": 620 * 1024 * 1024,
        "eccMode": "enabled",
        "eccPending": "enabled",
        "eccDefault": "enabled",
        "computeMode": "default",
        "virtualisationMode": "none",
        "migMode": "disabled",
        "migPending": "disabled",
        "boardPartNumber": "692-2G506-0200-002",
        "clockEventReasons": ["idle"],
        "nvlinkCount": 12,
        "nvlinkActive": 12,
        "nvlinkVersion": "3.0",
        "nvlinkSpeedBytesPerS": 2.5e10,
    }


def test_what_a_geforce_lacks_is_absent_and_not_unread() -> None:
    lacking = {"eccMode", "eccDefault", "migMode", "boardPartNumber", "applicationsClockHz"}
    found = properties(GEFORCE)
    assert not lacking & found.keys()
    assert not any(name.startswith("nvlink") for name in found)
    assert found["memoryBusBits"] == 256


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("nvmlDeviceGetMaxClockInfo({}, 0)", "graphicsClockMaxHz"),
        ("nvmlDeviceGetMaxClockInfo({}, 2)", "memoryClockMaxHz"),
        ("nvmlDeviceGetClockInfo({}, 1)", "smClockHz"),
        ("nvmlDeviceGetClockInfo({}, 2)", "memoryClockHz"),
        ("nvmlDeviceGetApplicationsClock({}, 0)", "applicationsClockHz"),
        ("nvmlDeviceGetDefaultApplicationsClock({}, 0)", "applicationsClockDefaultHz"),
        ("nvmlDeviceGetPowerManagementLimit", "powerLimitW"),
        ("nvmlDeviceGetPowerManagementDefaultLimit", "powerDefaultW"),
        ("nvmlDeviceGetEnforcedPowerLimit", "powerEnforcedW"),
        ("nvmlDeviceGetPowerManagementLimitConstraints", "powerMinW"),
        ("nvmlDeviceGetMemoryBusWidth", "memoryBusBits"),
        ("nvmlDeviceGetMemoryInfo({}, 33554472)", "memoryReservedBytes"),
        ("nvmlDeviceGetEccMode", "eccMode"),
        ("nvmlDeviceGetDefaultEccMode", "eccDefault"),
        ("nvmlDeviceGetComputeMode", "computeMode"),
        ("nvmlDeviceGetVirtualizationMode", "virtualisationMode"),
        ("nvmlDeviceGetMigMode", "migMode"),
        ("nvmlDeviceGetBoardPartNumber", "boardPartNumber"),
        ("nvmlDeviceGetCurrentClocksEventReasons", "clockEventReasons"),
        ("nvmlDeviceGetNvLinkState({}, 0)", "nvlinkActive"),
        ("nvmlDeviceGetNvLinkVersion({}, 0)", "nvlinkVersion"),
        ("nvmlDeviceGetFieldValues({}, 90)", "nvlinkSpeedBytesPerS"),
    ],
)
def test_a_property_that_may_not_be_read_is_unread_and_costs_no_other(call: str, name: str) -> None:
    identity = one(A100, {call: {"error": 4}}).identity
    assert identity.unread == (Unread(name, DENIED),)
    gone = properties(A100).keys() - (identity.properties or {}).keys()
    pairs = {"powerMinW": {"powerMaxW"}, "eccMode": {"eccPending"}, "migMode": {"migPending"}}
    links = {"nvlinkCount", "nvlinkVersion", "nvlinkSpeedBytesPerS"}
    assert gone == {name} | pairs.get(name, links if name == "nvlinkActive" else set())


@pytest.mark.parametrize("code", [3, 22, 26])
def test_a_property_that_the_device_lacks_is_absent(code: int) -> None:
    found = properties(A100, {"nvmlDeviceGetEccMode": {"error": code}})
    assert "eccMode" not in found


def test_a_question_that_the_driver_is_too_old_for_is_unread() -> None:
    identity = one(A100, {"nvmlDeviceGetMemoryBusWidth": {"error": 13}}).identity
    said = "NVML_ERROR_FUNCTION_NOT_FOUND (13)"
    assert identity.unread == (Unread("memoryBusBits", said),)


def test_a_recording_that_lacks_a_call_reads_as_a_driver_too_old_for_it() -> None:
    answers = machine(A100)
    del answers["nvmlDeviceGetMemoryBusWidth(0)"]
    (found,) = replayed(answers).identified
    said = "NVML_ERROR_FUNCTION_NOT_FOUND (13)"
    assert found.identity.unread == (Unread("memoryBusBits", said),)


def test_drivers_before_535_are_asked_for_throttle_reasons_by_their_old_name() -> None:
    changes: dict[str, JsonValue] = {
        "nvmlDeviceGetCurrentClocksEventReasons": {"error": 13},
        "nvmlDeviceGetCurrentClocksThrottleReasons": 0x80,
    }
    assert properties(A100, changes)["clockEventReasons"] == ["hardware power brake slowdown"]


def test_reasons_that_no_table_has_keep_their_bits() -> None:
    changes: dict[str, JsonValue] = {"nvmlDeviceGetCurrentClocksEventReasons": 0x8401}
    assert properties(A100, changes)["clockEventReasons"] == ["idle", "reliability", "0x8000"]


def test_a_mode_that_no_table_has_keeps_its_number() -> None:
    assert properties(A100, {"nvmlDeviceGetComputeMode": 9})["computeMode"] == "9"


def test_links_that_are_down_are_counted_apart_and_unsupported_ones_passed_over() -> None:
    changes: dict[str, JsonValue] = {
        "nvmlDeviceGetNvLinkState({}, 0)": {"error": 3},
        "nvmlDeviceGetNvLinkState({}, 1)": 0,
        "nvmlDeviceGetNvLinkVersion({}, 2)": 4,
    }
    found = properties(A100, changes)
    assert (found["nvlinkCount"], found["nvlinkActive"]) == (11, 10)
    assert found["nvlinkVersion"] == "3.0"


def test_confidential_computing_is_the_machines_and_so_every_devices() -> None:
    state: dict[str, JsonValue] = {"environment": 2, "ccFeature": 1, "devToolsMode": 0}
    system: dict[str, JsonValue] = {
        "nvmlSystemGetConfComputeState": state,
        "nvmlSystemGetConfComputeGpusReadyState": 1,
    }
    for found in replayed(machine(H100, A100, **system)).identified:
        said = found.identity.properties or {}
        assert {name: said[name] for name in said if name.startswith("conf")} == {
            "confidentialCompute": "enabled",
            "confidentialComputeEnvironment": "production",
            "confidentialComputeDeveloperTools": "off",
            "confidentialComputeReady": True,
        }
        assert said["confidentialComputeReady"] is True


def test_confidential_computing_that_is_off_is_said_without_readiness() -> None:
    state: dict[str, JsonValue] = {"environment": 0, "ccFeature": 0, "devToolsMode": 0}
    (found,) = replayed(machine(H100, nvmlSystemGetConfComputeState=state)).identified
    said = found.identity.properties or {}
    assert said["confidentialCompute"] == "disabled"
    assert "confidentialComputeReady" not in said
    assert found.identity.unread == ()


def test_what_the_machine_will_not_tell_is_unread_at_its_devices_and_not_at_their_slices() -> None:
    system: dict[str, JsonValue] = {
        "nvmlSystemGetConfComputeState": {"error": 4},
        "nvmlSystemGetNVMLVersion": {"error": 4},
    }
    package, *slices = replayed(machine(H100_MIG, **system)).identified
    expected = [Unread("nvmlVersion", DENIED), Unread("confidentialCompute", DENIED)]
    assert list(package.identity.unread[-2:]) == expected
    assert [part.identity.unread for part in slices] == [()] * 3


def test_the_version_of_the_kernel_module_is_a_property() -> None:
    (found,) = replayed(machine(A100), "590.48.01").identified
    assert (found.identity.properties or {})["kernelModuleVersion"] == "590.48.01"


def test_the_numbers_are_those_of_the_binding() -> None:
    binding = vars(pynvml)
    kinds = ("nvmlClocksEventReason", "nvmlClocksThrottleReason")
    assert set(EVENT_REASONS) <= {binding[name] for name in binding if name.startswith(kinds)}
    for number, name in ARCHITECTURES.items():
        assert binding[f"NVML_DEVICE_ARCH_{name.upper()}"] == number
    assert binding["NVML_DEVICE_ARCH_UNKNOWN"] == ARCHITECTURE_UNKNOWN
    modes = {binding[name] for name in binding if "GPU_VIRTUALIZATION_MODE_" in name}
    assert set(VIRTUALISATION_MODES) <= modes
    for number, name in VERSIONS.items():
        assert binding[f"NVML_NVLINK_VERSION_{name.replace('.', '_')}"] == number
    for number, name in ERRORS.items():
        assert binding[f"NVML_ERROR_{name}"] == number


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (SWITCH, {"FEATURE_DISABLED": "disabled", "FEATURE_ENABLED": "enabled"}),
        (SWITCH, {"DEVICE_MIG_DISABLE": "disabled", "DEVICE_MIG_ENABLE": "enabled"}),
        (
            COMPUTE_MODES,
            {
                "COMPUTEMODE_DEFAULT": "default",
                "COMPUTEMODE_EXCLUSIVE_THREAD": "exclusiveThread",
                "COMPUTEMODE_PROHIBITED": "prohibited",
                "COMPUTEMODE_EXCLUSIVE_PROCESS": "exclusiveProcess",
            },
        ),
        (
            ENVIRONMENTS,
            {
                "CC_SYSTEM_ENVIRONMENT_UNAVAILABLE": "unavailable",
                "CC_SYSTEM_ENVIRONMENT_SIM": "simulation",
                "CC_SYSTEM_ENVIRONMENT_PROD": "production",
            },
        ),
        (
            DEVELOPER_TOOLS,
            {"CC_SYSTEM_DEVTOOLS_MODE_OFF": "off", "CC_SYSTEM_DEVTOOLS_MODE_ON": "on"},
        ),
    ],
)
def test_the_words_stand_for_the_numbers_of_the_binding(
    table: dict[int, str], names: dict[str, str]
) -> None:
    assert table == {getattr(pynvml, f"NVML_{name}"): word for name, word in names.items()}


def test_every_question_is_one_that_the_binding_knows() -> None:
    for function in nvml_questions.QUESTIONS:
        assert callable(getattr(pynvml, function)), function
    assert pynvml.nvmlMemory_v2 == nvml_questions.MEMORY_V2
    assert pynvml.NVML_FI_DEV_NVLINK_SPEED_MBPS_COMMON == nvml_questions.FIELD_NVLINK_SPEED
    clocks = (
        nvml_questions.CLOCK_GRAPHICS,
        nvml_questions.CLOCK_SM,
        nvml_questions.CLOCK_MEMORY,
    )
    assert clocks == (pynvml.NVML_CLOCK_GRAPHICS, pynvml.NVML_CLOCK_SM, pynvml.NVML_CLOCK_MEM)
