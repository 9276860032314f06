"""What the probe makes of the answers that identify a device, one thing changed at a time.

The answers are recordings; that the library itself is asked rightly is shown elsewhere. None of
this has been compared with a real device.
"""

from __future__ import annotations

import pytest

from gauger_probes.accelerators.nvml_fields import ARCHITECTURE_UNKNOWN
from gauger_probes.evidence.accelerator import Identity, PciId
from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import JsonValue, Limit, Unread
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Identified, Result
from support.nvml_machines import GEFORCE, H100, H100_MIG, LOST, losing, machine, one, replayed

GONE = "NVML_ERROR_GPU_IS_LOST (15)"


def test_a_healthy_h100_is_identified_in_full() -> None:
    found = one(H100)
    assert found.identity.properties is not None
    assert found == Identified(
        address="0000:00:09.0",
        identity=Identity(
            source="nvml",
            name="NVIDIA H100 80GB HBM3",
            vendor="NVIDIA",
            architecture="Hopper",
            serial="1650123004567",
            uuid="GPU-6f0d2f5e-0000-4000-8000-0000000000a1",
            units=16_896,
            unit_kind="cudaCore",
            max_clock_hz=1.98e9,
            memory_bytes=85_520_809_984,
            firmware="96.00.A5.00.01",
            driver_version="590.48.01",
            target="sm_90",
            pci=PciId("10de", "2330", "10de", "16c1", None, None),
            properties=found.identity.properties,
        ),
        limits=(Limit("virtualised", "nvml", "passed through to this virtual machine"),),
    )


def test_a_geforce_has_no_serial_and_that_is_said() -> None:
    found = one(GEFORCE)
    assert found.address == "0000:01:00.0"
    assert found.identity.serial is None
    assert found.identity.unread == (Unread("serial", "NVML_ERROR_NOT_SUPPORTED (3)"),)
    assert found.identity.memory_bytes == 16_376 * 1024 * 1024
    assert found.limits == ()


@pytest.mark.parametrize(
    ("call", "field", "name"),
    [
        ("nvmlDeviceGetName", "name", "name"),
        ("nvmlDeviceGetSerial", "serial", "serial"),
        ("nvmlDeviceGetUUID", "uuid", "uuid"),
        ("nvmlDeviceGetArchitecture", "architecture", "architecture"),
        ("nvmlDeviceGetCudaComputeCapability", "target", "target"),
        ("nvmlDeviceGetNumGpuCores", "units", "units"),
        ("nvmlDeviceGetMaxClockInfo({}, 1)", "max_clock_hz", "maxClockHz"),
        ("nvmlDeviceGetMemoryInfo", "memory_bytes", "memoryBytes"),
        ("nvmlDeviceGetVbiosVersion", "firmware", "firmware"),
    ],
)
@pytest.mark.parametrize(("code", "said"), [(999, "NVML_ERROR_UNKNOWN (999)"), (15, GONE)])
def test_a_refusal_costs_its_own_field_alone(
    call: str, field: str, name: str, code: int, said: str
) -> None:
    whole = one(H100).identity
    identity = one(H100, {call: {"error": code}}).identity
    assert identity.unread == (Unread(name, said),)
    changed = {
        slot for slot in Identity.__slots__ if getattr(identity, slot) != getattr(whole, slot)
    }
    assert changed == {field, "unread"} | ({"unit_kind"} if field == "units" else set())
    assert getattr(identity, field) is None


def test_a_driver_version_that_cannot_be_read_is_unread_at_every_entry() -> None:
    answers = machine(H100_MIG, GEFORCE, nvmlSystemGetDriverVersion={"error": 1})
    result = replayed(answers)
    assert len(result.identified) == 5
    for found in result.identified:
        assert found.identity.driver_version is None
        refused = Unread("driverVersion", "NVML_ERROR_UNINITIALIZED (1)")
        assert found.identity.unread[-1] == refused


def placed(**changes: JsonValue) -> dict[str, JsonValue]:
    """Return an H100's answers with its PCI numbers changed."""
    info = H100["nvmlDeviceGetPciInfo_v3({})"]
    assert isinstance(info, dict)
    return {**H100, "nvmlDeviceGetPciInfo_v3({})": {**info, **changes}}


@pytest.mark.parametrize(
    ("bus", "address"),
    [
        ("00000000:65:00.0", "0000:65:00.0"),
        ("00000000:C1:1F.7", "0000:c1:1f.7"),
        ("0000:0A:00.0", "0000:0a:00.0"),
        ("00010000:E1:00.0", "10000:e1:00.0"),
    ],
)
def test_an_address_is_spelt_as_sysfs_spells_it(bus: str, address: str) -> None:
    assert one(placed(busId=bus)).address == address


@pytest.mark.parametrize("bus", ["", "GPU 0", "00000000:65:00", "\udcff:65:00.0", "../65:00.0"])
def test_a_device_at_no_readable_address_is_a_hole_in_the_identities(bus: str) -> None:
    result = replayed(machine(placed(busId=bus), GEFORCE))
    assert [found.address for found in result.identified] == ["0000:01:00.0"]
    assert result.status is Status.PARTIAL
    assert (result.reason or "").startswith("device 0: PCI address unreadable")
    assert result.could_hide == (Hidden.IDENTITY,)


def test_the_pci_ids_are_those_that_the_library_states() -> None:
    identity = one(placed(pciDeviceId=0x1EB810DE, pciSubSystemId=0x12A210DE)).identity
    assert identity.pci == PciId("10de", "1eb8", "10de", "12a2", None, None)


def test_pci_ids_beyond_their_width_are_unread() -> None:
    identity = one(placed(pciSubSystemId=2**32)).identity
    assert identity.pci == PciId("10de", "2330", None, None, None, None)
    assert identity.unread == (Unread("pciSubSystemId", "out of range: 4294967296"),)


@pytest.mark.parametrize("number", [12, 14, 4_000_000_000])
def test_an_architecture_newer_than_this_table_keeps_its_number(number: int) -> None:
    changes: dict[str, JsonValue] = {"nvmlDeviceGetArchitecture": number}
    assert one(H100, changes).identity.architecture == str(number)


def test_an_architecture_unknown_to_the_library_is_unread() -> None:
    identity = one(H100, {"nvmlDeviceGetArchitecture": ARCHITECTURE_UNKNOWN}).identity
    assert identity.architecture is None
    assert identity.unread == (Unread("architecture", "the library does not know this device"),)


def test_text_of_a_device_is_made_harmless() -> None:
    changes: dict[str, JsonValue] = {
        "nvmlDeviceGetName": "\x1b[2JH100\n",
        "nvmlDeviceGetSerial": " \t",
    }
    identity = one(H100, changes).identity
    assert identity.name == r"\x1b[2JH100"
    assert identity.serial is None
    assert identity.unread == ()


@pytest.mark.parametrize("cores", [-1, 2**53 + 2, 2**63, 2**64 - 1])
def test_a_number_that_no_double_holds_or_no_device_has_is_unread(cores: int) -> None:
    identity = one(H100, {"nvmlDeviceGetNumGpuCores": cores}).identity
    assert (identity.units, identity.unit_kind) == (None, None)
    assert identity.unread == (Unread("units", f"out of range: {cores}"),)


def test_a_negative_compute_capability_is_unread() -> None:
    identity = one(H100, {"nvmlDeviceGetCudaComputeCapability": [9, -1]}).identity
    assert identity.target is None
    assert identity.unread == (Unread("target", "out of range: -1"),)


def test_an_unknown_error_keeps_its_number() -> None:
    identity = one(H100, {"nvmlDeviceGetUUID": {"error": 1234}}).identity
    assert identity.unread == (Unread("uuid", "NVML error (1234)"),)


def test_a_lost_gpu_is_said_and_its_neighbours_are_read() -> None:
    result = replayed(losing(machine(H100, H100, GEFORCE), 1))
    assert [found.address for found in result.identified] == ["0000:00:09.0", "0000:01:00.0"]
    assert (result.status, result.reason) == (Status.PARTIAL, f"device 1: {GONE}")
    assert result.could_hide == (Hidden.IDENTITY,)


def test_a_gpu_lost_while_it_is_asked_is_said_too() -> None:
    result = replayed(machine({**H100, "nvmlDeviceGetPciInfo_v3({})": LOST}))
    assert (result.status, result.reason) == (Status.PARTIAL, f"device 0: PCI address: {GONE}")


def test_many_lost_gpus_are_one_short_reason() -> None:
    answers = machine(*[H100] * 8)
    for index in range(8):
        answers = losing(answers, index)
    assert replayed(answers).reason == f"devices 0, 1, 2, 3, 4, 5, 6, 7: {GONE}"


def test_an_absurd_count_of_devices_is_not_followed() -> None:
    result = replayed(machine(H100, nvmlDeviceGetCount=4_000_000_000))
    assert result.reason == (
        "devices 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 and 239 more:"
        " NVML_ERROR_FUNCTION_NOT_FOUND (13); only 256 of 4000000000 devices were asked"
    )
    assert len(result.identified) == 1


@pytest.mark.parametrize(
    ("count", "said"),
    [({"error": 999}, "NVML_ERROR_UNKNOWN (999)"), (-1, "out of range: -1")],
)
def test_devices_that_cannot_be_counted_leave_nothing_to_say(count: JsonValue, said: str) -> None:
    result = replayed(machine(H100, nvmlDeviceGetCount=count))
    assert result.status is Status.UNAVAILABLE
    assert result.reason == f"the devices cannot be counted: {said}"
    assert result.could_hide == (Hidden.IDENTITY,)


def test_a_machine_without_devices_is_answered_with_none() -> None:
    result = replayed(machine())
    assert (result.status, result.identified) == (Status.OK, ())


def test_the_result_survives_the_way_to_the_runner() -> None:
    result = replayed(machine(H100_MIG, GEFORCE))
    assert from_json(Result, to_json(result)) == result
