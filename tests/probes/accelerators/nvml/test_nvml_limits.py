"""What holds a device back is told from what it merely lacks. The library is a stand-in."""

from __future__ import annotations

from pathlib import Path

import pynvml
import pytest

from gauger_probes.accelerators.nvml import survey
from gauger_probes.accelerators.nvml_fields import ARCHITECTURES
from gauger_probes.accelerators.nvml_limits import EVENT_REASONS, VIRTUALISATION_MODES
from gauger_probes.evidence.common import Limit, Unread
from gauger_probes.result import Identified
from gauger_probes.roots import Roots
from support.nvml_stand_in import GEFORCE, H100_MIG, Answers, tell

DENIED = "NVML_ERROR_NO_PERMISSION (4)"
#: A card on bare metal, with nothing that limits it and nothing that it would not tell.
FREE: Answers = {**GEFORCE, "serial": "1650123004567"}
#: A Tesla T4's clocks as it is shipped (nvidia-smi -q in NVIDIA/nvidia-docker issue 1628).
T4: Answers = {
    **FREE,
    "maxClock.0": 1590,
    "applicationsClock.0": 585,
    "defaultApplicationsClock.0": 585,
}


def found(stand_in: Path, device: Answers, **changes: str | int) -> Identified:
    tell(stand_in.parent, {**device, **changes})
    (identified,) = survey([stand_in], Roots(stand_in.parent / "empty")).identified
    return identified


def limits(stand_in: Path, device: Answers, **changes: str | int) -> list[tuple[str, str]]:
    """Return kind and detail of each limit; nothing may be left unread."""
    identified = found(stand_in, device, **changes)
    assert identified.identity.unread == ()
    assert {limit.source for limit in identified.limits} <= {"nvml"}
    return [(limit.kind, limit.detail) for limit in identified.limits]


def test_a_card_as_it_left_the_factory_has_no_limit(stand_in: Path) -> None:
    assert limits(stand_in, FREE) == []


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"powerLimit": 250_000}, "250 W, 320 W by default"),
        ({"powerEnforced": 212_500}, "212.5 W, 320 W by default"),
        ({"powerLimit": 250_000, "powerEnforced": 200_000}, "200 W, 320 W by default"),
    ],
)
def test_power_below_the_default_is_a_cap(
    stand_in: Path, changes: dict[str, int], detail: str
) -> None:
    assert limits(stand_in, FREE, **changes) == [("powerCap", detail)]


def test_power_above_the_default_is_none(stand_in: Path) -> None:
    assert limits(stand_in, FREE, powerLimit=400_000, powerEnforced=400_000) == []


def test_a_partitioned_gpu_stays_one_device_and_says_its_instances(stand_in: Path) -> None:
    identified = found(stand_in, H100_MIG)
    assert Limit("partition", "nvml", "MIG mode enabled, 4 instances") in identified.limits
    assert identified.parent is None
    assert identified.identity.memory_bytes == 81_559 * 1024 * 1024
    assert (identified.identity.units, identified.identity.unit_kind) == (None, None)
    assert identified.identity.unread == (Unread("units", "NVML_ERROR_NOT_SUPPORTED (3)"),)


def test_one_instance_is_one_instance(stand_in: Path) -> None:
    changes = {f"mig.{index}": "!6" for index in range(1, 7)}
    identified = found(stand_in, H100_MIG, **changes)
    assert Limit("partition", "nvml", "MIG mode enabled, 1 instance") in identified.limits


@pytest.mark.parametrize("changes", [{"mig.0": "!4"}, {"mostMig": "!4"}])
def test_instances_that_may_not_be_counted_leave_the_partition_said(
    stand_in: Path, changes: dict[str, str]
) -> None:
    identified = found(stand_in, H100_MIG, **changes)
    assert Limit("partition", "nvml", "MIG mode enabled") in identified.limits
    assert Unread("migDevices", DENIED) in identified.identity.unread


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
def test_a_virtualised_gpu_says_how(stand_in: Path, mode: int, detail: str) -> None:
    assert limits(stand_in, FREE, virtualisation=mode) == [("virtualised", detail)]


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        (0x4, "software power cap"),
        (0x1 | 0x8 | 0x40, "hardware slowdown, hardware thermal slowdown"),
        (0x600, "board limit, reliability"),
        (0x2 | 0x8000, "applications clocks setting, 0x8000"),
    ],
)
def test_reasons_for_slower_clocks_are_named(stand_in: Path, mask: int, names: str) -> None:
    assert limits(stand_in, FREE, eventReasons=mask) == [("throttled", names)]


@pytest.mark.parametrize("mask", [0, 1])
def test_an_idle_gpu_is_not_throttled(stand_in: Path, mask: int) -> None:
    assert limits(stand_in, FREE, eventReasons=mask) == []


def test_a_lowered_applications_clock_is_a_cap(stand_in: Path) -> None:
    expected = [("clockCap", "applications clock 900 MHz of 1590 MHz")]
    assert limits(stand_in, T4, **{"applicationsClock.0": 900}) == expected


def test_the_applications_clock_that_a_card_is_shipped_with_is_no_cap(stand_in: Path) -> None:
    assert limits(stand_in, T4) == []


def test_an_applications_clock_at_the_maximum_is_no_cap(stand_in: Path) -> None:
    assert limits(stand_in, T4, **{"applicationsClock.0": 1590}) == []


@pytest.mark.parametrize("code", [3, 13, 26])
def test_what_a_device_lacks_is_neither_a_limit_nor_unread(stand_in: Path, code: int) -> None:
    lacking = f"!{code}"
    settings = ("powerLimit", "powerEnforced", "powerDefault", "mig", "virtualisation")
    changes = dict.fromkeys((*settings, "eventReasons", "applicationsClock.0"), lacking)
    assert limits(stand_in, T4, **changes) == []


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("powerLimit", "powerLimit"),
        ("powerDefault", "defaultPowerLimit"),
        ("powerEnforced", "enforcedPowerLimit"),
        ("mig", "migMode"),
        ("virtualisation", "virtualisationMode"),
        ("eventReasons", "clockEventReasons"),
        ("applicationsClock.0", "applicationsClock"),
        ("defaultApplicationsClock.0", "defaultApplicationsClock"),
        ("maxClock.0", "maxGraphicsClock"),
    ],
)
def test_a_setting_that_may_not_be_read_is_unread(stand_in: Path, answer: str, name: str) -> None:
    identified = found(stand_in, T4, **{answer: "!4"})
    assert identified.identity.unread == (Unread(name, DENIED),)


def test_the_numbers_are_those_of_the_binding() -> None:
    binding = vars(pynvml)
    kinds = ("nvmlClocksEventReason", "nvmlClocksThrottleReason")
    assert set(EVENT_REASONS) <= {binding[name] for name in binding if name.startswith(kinds)}
    for number, name in ARCHITECTURES.items():
        assert binding[f"NVML_DEVICE_ARCH_{name.upper()}"] == number
    modes = {binding[name] for name in binding if "GPU_VIRTUALIZATION_MODE_" in name}
    assert set(VIRTUALISATION_MODES) <= modes
