"""Products of one id are told apart by revision, units and memory, and else carried together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_thresholds.catalogue.load import built_in, parse
from gauger_thresholds.catalogue.match import devices_for
from support.catalogue import pci

_GIB = 2**30


def counted(ids: str, *identities: Identity) -> Accelerator:
    return replace(pci(ids), identities=identities)


def kfd(units: int | None = None, memory: int | None = None) -> Identity:
    kind = None if units is None else "cu"
    return Identity("kfd", None, units=units, unit_kind=kind, memory_bytes=memory)


def found(device: Accelerator) -> list[str]:
    return [row.id for row in devices_for(built_in(), device)]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("1002:744c@c8", ["amd/rx-7900-xtx"]),
        ("1002:744c@cc", ["amd/rx-7900-other"]),
        ("1002:744c@ce", ["amd/rx-7900-other"]),
        ("1002:744c@cf", ["amd/rx-7900-other"]),
        ("1002:744c@00", ["amd/rx-7900-xtx", "amd/rx-7900-other"]),
        ("1002:744c:1da2:471e@c8", ["amd/rx-7900-xtx"]),
        ("1002:7550@c0", ["amd/rx-9070-xt"]),
        ("1002:7550@c2", ["amd/rx-9070"]),
        ("1002:7550@c3", ["amd/rx-9070"]),
        ("1002:7551@c0", ["amd/ai-pro-r9700"]),
        ("1002:7551@c8", ["amd/ai-pro-r9600d"]),
        ("1002:7551@00", ["amd/ai-pro-r9700", "amd/ai-pro-r9600d"]),
    ],
)
def test_a_revision_tells_the_products_of_an_id_apart(ids: str, expected: list[str]) -> None:
    assert found(pci(ids)) == expected


@pytest.mark.parametrize(("units", "expected"), [(110, "amd/mi250x"), (104, "amd/mi250")])
def test_units_of_one_function_tell_packages_of_two_apart(units: int, expected: str) -> None:
    assert found(counted("1002:740c", kfd(units, 64 * _GIB))) == [expected]


@pytest.mark.parametrize("units", [220, 55, None])
def test_units_that_no_row_has_leave_every_row(units: int | None) -> None:
    assert found(counted("1002:740c", kfd(units))) == ["amd/mi250x", "amd/mi250"]


def test_a_row_that_says_nothing_is_kept_when_the_other_is_contradicted() -> None:
    assert found(counted("1002:744c", kfd(84))) == ["amd/rx-7900-other"]
    assert found(counted("1002:744c", kfd(96))) == ["amd/rx-7900-xtx"]


def test_two_sources_that_contradict_each_other_decide_nothing() -> None:
    assert found(counted("1002:740c", kfd(110), kfd(104))) == ["amd/mi250x", "amd/mi250"]


def test_what_a_driver_counts_does_not_move_a_device_whose_id_is_one_products() -> None:
    assert found(counted("10de:2235", kfd(7, 3 * _GIB))) == ["nvidia/a40"]


TWINS = parse(
    {
        "a.toml": b"""
[[device]]
id = "maker/small"
name = "Small"
kind = "gpu"
pci = ["10de:2bb3"]
architecture = "maker/arch"
units = 100
unitKind = "sm"
memoryGB = 48
source = "s"
grade = "text"

[[device]]
id = "maker/large"
name = "Large"
kind = "gpu"
pci = ["10de:2bb3"]
architecture = "maker/arch"
units = 110
unitKind = "sm"
memoryGB = [72, 96]
source = "s"
grade = "text"

[[architecture]]
id = "maker/arch"
name = "Arch"
targets = ["sm_120"]
unitKind = "sm"
partKind = "cudaCore"
partsPerUnit = 128
perClock = { fp16 = 1024 }
source = "s"
grade = "text"
"""
    }
)
BOTH = ["maker/small", "maker/large"]


@pytest.mark.parametrize(
    ("units", "kind", "memory", "expected"),
    [
        (12_800, "cudaCore", None, ["maker/small"]),
        (14_080, "cudaCore", None, ["maker/large"]),
        (110, "sm", None, ["maker/large"]),
        (110, "eu", None, BOTH),
        (12_800, "eu", None, BOTH),
        (12_900, "cudaCore", None, BOTH),
        (None, None, 48_935 * 2**20, ["maker/small"]),
        (None, None, 45 * _GIB, ["maker/small"]),
        (None, None, 43 * _GIB, BOTH),
        (None, None, 50 * _GIB, BOTH),
        (None, None, 71 * _GIB, ["maker/large"]),
        (None, None, 95 * _GIB, ["maker/large"]),
        (None, None, 8 * _GIB, BOTH),
        (12_800, "cudaCore", 71 * _GIB, BOTH),
    ],
)
def test_cores_and_memory_choose_the_row_that_has_them(
    units: int | None, kind: str | None, memory: int | None, expected: list[str]
) -> None:
    stated = Identity("nvml", None, units=units, unit_kind=kind, memory_bytes=memory)
    rows = devices_for(TWINS, counted("10de:2bb3", stated))
    assert [row.id for row in rows] == expected


def test_a_device_that_pci_does_not_list_is_known_by_the_numbers_that_a_driver_states() -> None:
    numbers = pci("1002:74a1").pci
    hidden = replace(pci("0000:0000"), bus=Bus.PLATFORM, pci=None)
    assert found(hidden) == []
    assert found(replace(hidden, identities=(Identity("kfd", None, pci=numbers),))) == [
        "amd/mi300x"
    ]


def test_only_a_device_that_no_bus_lists_is_known_by_a_drivers_numbers() -> None:
    claimed = Identity("kfd", None, pci=pci("1002:74a1").pci)
    assert found(replace(counted("1002:74a1", claimed), pci=None)) == []


def test_only_a_usb_source_spells_ids() -> None:
    board = replace(counted("0000:0000", Identity("platform:10de:2235", None)), pci=None)
    assert found(replace(board, bus=Bus.PLATFORM)) == []
    assert found(replace(board, bus=Bus.PCI)) == []


def test_a_driver_does_not_replace_the_numbers_that_the_bus_states() -> None:
    claimed = Identity("nvml", None, pci=pci("10de:2330").pci)
    assert found(counted("10de:1eb8", claimed)) == ["nvidia/t4"]
