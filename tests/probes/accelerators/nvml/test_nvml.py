"""What the probe makes of a library's answers, one thing changed at a time.

The library is a stand-in with the C interface of NVIDIA's. It proves that the binding is called
rightly and that every refusal costs one field; it proves nothing about silicon. None of the calls
made here (nvmlInit, nvmlShutdown, the versions, the count, handles, PCI info, name, serial, UUID,
VBIOS, architecture, cores, clocks, memory, power limits, MIG, virtualisation mode, event reasons)
has been run by these tests against a real device.
"""

from __future__ import annotations

from pathlib import Path

import pynvml
import pytest

from gauger_probes.accelerators import nvml
from gauger_probes.accelerators.nvml import survey
from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Limit, Unread
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Identified, Result
from gauger_probes.roots import Roots
from support.nvml_stand_in import FILE, GEFORCE, H100, H100_MIG, Answers, calls, tell

LOST = "NVML_ERROR_GPU_IS_LOST (15)"


def asked(stand_in: Path, *devices: Answers, **system: str | int) -> Result:
    """Return what the probe says of these devices on a machine with no file in /proc."""
    tell(stand_in.parent, *devices, **system)
    return survey([stand_in], Roots(stand_in.parent / "empty"))


def one(stand_in: Path, device: Answers, **changes: str | int) -> Identified:
    """Return what the probe says of one device with some answers changed."""
    result = asked(stand_in, {**device, **changes})
    assert (result.status, result.reason) == (Status.OK, None)
    (found,) = result.identified
    return found


def test_a_healthy_h100_is_identified_in_full(stand_in: Path) -> None:
    assert one(stand_in, H100) == Identified(
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
        ),
        limits=(Limit("virtualised", "nvml", "passed through to this virtual machine"),),
    )


def test_a_geforce_has_no_serial_and_that_is_said(stand_in: Path) -> None:
    found = one(stand_in, GEFORCE)
    assert found.address == "0000:01:00.0"
    assert found.identity.serial is None
    assert found.identity.unread == (Unread("serial", "NVML_ERROR_NOT_SUPPORTED (3)"),)
    assert found.identity.memory_bytes == 16_376 * 1024 * 1024
    assert found.limits == ()


@pytest.mark.parametrize(
    ("answer", "field", "name"),
    [
        ("name", "name", "name"),
        ("serial", "serial", "serial"),
        ("uuid", "uuid", "uuid"),
        ("architecture", "architecture", "architecture"),
        ("cores", "units", "units"),
        ("maxClock.1", "max_clock_hz", "maxClockHz"),
        ("memory", "memory_bytes", "memoryBytes"),
        ("vbios", "firmware", "firmware"),
    ],
)
def test_a_refusal_costs_its_own_field_alone(
    stand_in: Path, answer: str, field: str, name: str
) -> None:
    whole = one(stand_in, H100).identity
    identity = one(stand_in, H100, **{answer: "!999"}).identity
    assert identity.unread == (Unread(name, "NVML_ERROR_UNKNOWN (999)"),)
    changed = {
        slot for slot in Identity.__slots__ if getattr(identity, slot) != getattr(whole, slot)
    }
    assert changed == {field, "unread"} | ({"unit_kind"} if field == "units" else set())
    assert getattr(identity, field) is None


def test_a_driver_version_that_cannot_be_read_is_unread_at_every_device(stand_in: Path) -> None:
    result = asked(stand_in, H100, {**GEFORCE, "serial": "1"}, driver="!1")
    for found in result.identified:
        assert found.identity.driver_version is None
        assert found.identity.unread == (Unread("driverVersion", "NVML_ERROR_UNINITIALIZED (1)"),)


@pytest.mark.parametrize(
    ("bus", "address"),
    [
        ("00000000:65:00.0", "0000:65:00.0"),
        ("00000000:C1:1F.7", "0000:c1:1f.7"),
        ("0000:0A:00.0", "0000:0a:00.0"),
        ("00010000:E1:00.0", "10000:e1:00.0"),
    ],
)
def test_an_address_is_spelt_as_sysfs_spells_it(stand_in: Path, bus: str, address: str) -> None:
    assert one(stand_in, H100, bus=bus).address == address


@pytest.mark.parametrize("bus", ["", "GPU 0", "00000000:65:00", "\udcff:65:00.0"])
def test_a_device_at_no_readable_address_is_a_hole_in_the_identities(
    stand_in: Path, bus: str
) -> None:
    result = asked(stand_in, {**H100, "bus": bus}, GEFORCE)
    assert [found.address for found in result.identified] == ["0000:01:00.0"]
    assert result.status is Status.PARTIAL
    assert (result.reason or "").startswith("device 0: PCI address unreadable")
    assert result.could_hide == (Hidden.IDENTITY,)


@pytest.mark.parametrize("number", [12, 14, 4_000_000_000])
def test_an_architecture_newer_than_this_table_keeps_its_number(
    stand_in: Path, number: int
) -> None:
    assert one(stand_in, H100, architecture=number).identity.architecture == str(number)


def test_an_architecture_unknown_to_the_library_is_unread(stand_in: Path) -> None:
    identity = one(stand_in, H100, architecture=0xFFFFFFFF).identity
    assert identity.architecture is None
    assert identity.unread == (Unread("architecture", "the library does not know this device"),)


def test_text_of_a_device_is_made_harmless(stand_in: Path) -> None:
    identity = one(stand_in, H100, name="\x1b[2JH100\udcff", serial=" \t").identity
    assert identity.name == r"\x1b[2JH100\xff"
    assert identity.serial is None
    assert identity.unread == ()


def test_a_number_that_no_double_holds_is_unread(stand_in: Path) -> None:
    identity = one(stand_in, H100, memory=2**64 - 1).identity
    assert identity.memory_bytes is None
    assert identity.unread == (Unread("memoryBytes", "out of range: 18446744073709551615"),)


def test_an_unknown_error_keeps_its_number(stand_in: Path) -> None:
    identity = one(stand_in, H100, uuid="!1234").identity
    assert identity.unread == (Unread("uuid", "NVML error (1234)"),)


def test_a_question_that_the_binding_is_too_old_for_costs_its_field_alone(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(pynvml, "nvmlDeviceGetNumGpuCores")
    identity = one(stand_in, H100).identity
    assert identity.unread == (Unread("units", "pynvml has no nvmlDeviceGetNumGpuCores"),)
    assert identity.memory_bytes == 85_520_809_984


def test_a_lost_gpu_is_said_and_its_neighbours_are_read(stand_in: Path) -> None:
    lost = {**H100, "handle": "!15"}
    result = asked(stand_in, H100, GEFORCE, lost)
    assert len(result.identified) == 2
    assert (result.status, result.reason) == (Status.PARTIAL, f"device 2: {LOST}")
    assert result.could_hide == (Hidden.IDENTITY,)


def test_a_gpu_lost_while_it_is_asked_is_said_too(stand_in: Path) -> None:
    result = asked(stand_in, {**H100, "bus": "!15"})
    assert (result.status, result.reason) == (Status.PARTIAL, f"device 0: PCI address: {LOST}")


def test_many_lost_gpus_are_one_short_reason(stand_in: Path) -> None:
    result = asked(stand_in, *[{"handle": "!15"}] * 8)
    assert result.reason == f"devices 0, 1, 2, 3, 4, 5, 6, 7: {LOST}"


def test_an_absurd_count_of_devices_is_not_followed(stand_in: Path) -> None:
    result = asked(stand_in, H100, count=4_000_000_000)
    assert result.reason is not None
    assert result.reason.endswith("; only 256 of 4000000000 devices were asked")


def test_devices_that_cannot_be_counted_leave_nothing_to_say(stand_in: Path) -> None:
    result = asked(stand_in, H100, count="!999")
    assert result.status is Status.UNAVAILABLE
    assert result.reason == "the devices cannot be counted: NVML_ERROR_UNKNOWN (999)"
    assert result.could_hide == (Hidden.IDENTITY,)
    assert calls(stand_in.parent) == ["init", "shutdown"]


def test_a_machine_without_devices_is_answered_with_none(stand_in: Path) -> None:
    result = asked(stand_in)
    assert (result.status, result.identified) == (Status.OK, ())


def test_the_result_survives_the_way_to_the_runner(stand_in: Path) -> None:
    result = asked(stand_in, H100_MIG, GEFORCE)
    assert from_json(Result, to_json(result)) == result


def test_the_library_itself_is_noted(stand_in: Path) -> None:
    notes = asked(stand_in, H100).notes
    assert notes["library"] == FILE
    assert notes["librarySizeBytes"] == stand_in.stat().st_size
    assert (notes["driverVersion"], notes["nvmlVersion"]) == ("590.48.01", "13.590.48.01")
    assert notes["kernelModuleVersion"] is None


def test_over_a_captured_tree_nothing_is_loaded(stand_in: Path, tmp_path: Path) -> None:
    result = nvml.probe(Context(Roots(tmp_path, captured=True)))
    assert result.status is Status.NOT_RUN
    assert calls(stand_in.parent) == []
