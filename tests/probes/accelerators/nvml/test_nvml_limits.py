"""What holds a device back is told from what it merely lacks."""

from __future__ import annotations

import pytest

from gauger_probes.evidence.common import JsonValue, Limit, Unread
from support.nvml_machines import A100, GEFORCE, H100_MIG, Answers, machine, one, replayed

APPLICATIONS = "nvmlDeviceGetApplicationsClock({}, 0)"


def limits(device: Answers, changes: Answers | None = None) -> list[tuple[str, str]]:
    """Return kind and detail of each limit."""
    found = one(device, changes).limits
    assert {limit.source for limit in found} <= {"nvml"}
    return [(limit.kind, limit.detail) for limit in found]


@pytest.mark.parametrize("device", [A100, GEFORCE])
def test_a_card_as_it_left_the_factory_has_no_limit(device: Answers) -> None:
    assert limits(device) == []


@pytest.mark.parametrize(
    ("limit", "enforced", "detail"),
    [
        (250_000, 320_000, "250 W, 320 W by default"),
        (320_000, 212_500, "212.5 W, 320 W by default"),
        (250_000, 200_000, "200 W, 320 W by default"),
    ],
)
def test_power_below_the_default_is_a_cap(limit: int, enforced: int, detail: str) -> None:
    changes: dict[str, JsonValue] = {
        "nvmlDeviceGetPowerManagementLimit": limit,
        "nvmlDeviceGetEnforcedPowerLimit": enforced,
    }
    assert limits(GEFORCE, changes) == [("powerCap", detail)]


def test_power_above_the_default_is_none() -> None:
    changes: dict[str, JsonValue] = {
        "nvmlDeviceGetPowerManagementLimit": 400_000,
        "nvmlDeviceGetEnforcedPowerLimit": 400_000,
    }
    assert limits(GEFORCE, changes) == []


def test_a_partitioned_gpu_says_its_instances() -> None:
    assert ("partition", "MIG mode enabled, 3 instances") in limits(H100_MIG)


def test_one_instance_is_one_instance() -> None:
    gone: dict[str, JsonValue] = {
        f"nvmlDeviceGetMigDeviceHandleByIndex({{}}, {index})": {"error": 6} for index in (1, 2)
    }
    assert ("partition", "MIG mode enabled, 1 instance") in limits(H100_MIG, gone)


@pytest.mark.parametrize(
    "call",
    ["nvmlDeviceGetMigDeviceHandleByIndex({}, 0)", "nvmlDeviceGetMaxMigDeviceCount({})"],
)
def test_instances_that_may_not_be_counted_leave_the_partition_said(call: str) -> None:
    found = one(H100_MIG, {call: {"error": 4}})
    assert Limit("partition", "nvml", "MIG mode enabled") in found.limits
    refused = Unread("migInstances", "NVML_ERROR_NO_PERMISSION (4)")
    assert refused in found.identity.unread


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ([0, 1], [("partitionPending", "MIG mode disabled, enabled after the next reset")]),
        ([0, 0], []),
    ],
)
def test_a_partition_that_comes_with_the_next_reset_is_said(
    modes: list[JsonValue], expected: list[tuple[str, str]]
) -> None:
    assert limits(A100, {"nvmlDeviceGetMigMode": modes}) == expected


def test_a_partition_that_goes_with_the_next_reset_is_both() -> None:
    assert limits(H100_MIG, {"nvmlDeviceGetMigMode": [1, 0]})[:2] == [
        ("partition", "MIG mode enabled, 3 instances"),
        ("partitionPending", "MIG mode enabled, disabled after the next reset"),
    ]


@pytest.mark.parametrize(
    ("mode", "detail"),
    [
        (1, "passed through to this virtual machine"),
        (2, "vGPU: a share of a GPU in a virtual machine"),
        (3, "vGPU host: virtual machines get shares of it"),
        (4, "vSGA host: virtual machines draw on it"),
        (7, "mode 7"),
    ],
)
def test_a_virtualised_gpu_says_how(mode: int, detail: str) -> None:
    assert limits(GEFORCE, {"nvmlDeviceGetVirtualizationMode": mode}) == [("virtualised", detail)]


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        (0x4, "software power cap"),
        (0x1 | 0x8 | 0x40, "hardware slowdown, hardware thermal slowdown"),
        (0x600, "board limit, reliability"),
        (0x2 | 0x8000, "applications clocks setting, 0x8000"),
    ],
)
def test_reasons_for_slower_clocks_are_named(mask: int, names: str) -> None:
    changes: dict[str, JsonValue] = {"nvmlDeviceGetCurrentClocksEventReasons": mask}
    assert limits(GEFORCE, changes) == [("throttled", names)]


@pytest.mark.parametrize("mask", [0, 1])
def test_an_idle_gpu_is_not_throttled(mask: int) -> None:
    assert limits(GEFORCE, {"nvmlDeviceGetCurrentClocksEventReasons": mask}) == []


def test_a_lowered_applications_clock_is_a_cap() -> None:
    expected = [("clockCap", "applications clock 900 MHz of 1410 MHz")]
    assert limits(A100, {APPLICATIONS: 900}) == expected


def test_the_applications_clock_that_a_card_is_shipped_with_is_no_cap() -> None:
    assert limits(A100, {APPLICATIONS: 1095}) == []


def test_an_applications_clock_at_the_maximum_is_no_cap() -> None:
    assert limits(A100, {APPLICATIONS: 1410}) == []


def test_error_correction_that_is_off_by_default_holds_memory_back() -> None:
    on: dict[str, JsonValue] = {
        "nvmlDeviceGetEccMode": [1, 1],
        "nvmlDeviceGetDefaultEccMode": 0,
    }
    assert limits(A100, on) == [("ecc", "ECC enabled, disabled by default")]


def test_a_change_of_error_correction_that_waits_is_said() -> None:
    expected = [("eccPending", "ECC enabled, disabled after the next reset")]
    assert limits(A100, {"nvmlDeviceGetEccMode": [1, 0]}) == expected


@pytest.mark.parametrize(
    ("mode", "detail"),
    [
        (1, "exclusive: one thread at a time may compute on it"),
        (2, "prohibited: no program may compute on it"),
        (3, "exclusive: one process at a time may compute on it"),
        (9, "mode 9"),
    ],
)
def test_a_compute_mode_that_keeps_programs_out_is_said(mode: int, detail: str) -> None:
    assert limits(A100, {"nvmlDeviceGetComputeMode": mode}) == [("computeMode", detail)]


@pytest.mark.parametrize(
    ("tools", "detail"),
    [
        (0, "confidential computing is on"),
        (1, "confidential computing is on, with developer tools"),
    ],
)
def test_confidential_computing_is_said(tools: int, detail: str) -> None:
    state: dict[str, JsonValue] = {"environment": 2, "ccFeature": 1, "devToolsMode": tools}
    system: dict[str, JsonValue] = {
        "nvmlSystemGetConfComputeState": state,
        "nvmlSystemGetConfComputeGpusReadyState": 1,
    }
    (found,) = replayed(machine(A100, **system)).identified
    assert found.limits == (Limit("confidentialCompute", "nvml", detail),)


def test_what_a_device_lacks_is_no_limit() -> None:
    settings = (
        "nvmlDeviceGetPowerManagementLimit",
        "nvmlDeviceGetEnforcedPowerLimit",
        "nvmlDeviceGetPowerManagementDefaultLimit",
        "nvmlDeviceGetMigMode",
        "nvmlDeviceGetVirtualizationMode",
        "nvmlDeviceGetCurrentClocksEventReasons",
        "nvmlDeviceGetEccMode",
        "nvmlDeviceGetComputeMode",
    )
    found = one(A100, {call: {"error": 3} for call in (*settings, APPLICATIONS)})
    assert (found.limits, found.identity.unread) == ((), ())
