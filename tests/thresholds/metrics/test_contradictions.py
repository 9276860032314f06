"""PCI ids against what a driver says: each contradiction is found, and truth raises none."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Limit
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.metrics.contradictions import Contradiction, contradictions
from support.stated import card, kfd, numbers, nvml

_MIB = 1024 * 1024
_MIG = Limit("partition", "nvml", "MIG mode enabled")


def _found(device: Accelerator) -> dict[str, Contradiction]:
    rows = devices_for(catalogue(), device)
    return {item.subject: item for item in contradictions(device, rows, catalogue())}


@pytest.mark.parametrize(
    "device",
    [
        card("10de:2330", nvml("h100", pci=numbers("10de:2330"))),
        card("10de:1eb8", nvml("t4")),
        card("10de:1eb8", nvml("t4", memory_bytes=15_109 * _MIB)),
        card("10de:2684", nvml("rtx-4090")),
        card("10de:1f82", nvml("t4", name="NVIDIA GeForce GTX 1650", units=896)),
        card("10de:2329", nvml("h20")),
        card("10de:2330", nvml("h100", units=None, memory_bytes=9_856 * _MIB), limits=(_MIG,)),
        card("1002:740c", kfd(110, "gfx90a", 1700, memory_bytes=64 * 2**30)),
        card("1002:740c", kfd(104, "gfx90a", 1700, memory_bytes=64 * 2**30)),
        card("1002:74a1", kfd(304, "gfx942", 2100, memory_bytes=192 * 2**30)),
    ],
    ids=lambda device: f"{device.pci.device} {device.identities[-1].name}",
)
def test_a_device_that_is_what_its_ids_say_contradicts_nothing(device: Accelerator) -> None:
    assert _found(device) == {}


def test_a_card_relabelled_on_the_bus_contradicts_its_driver_in_everything() -> None:
    found = _found(card("10de:1eb8", nvml("h100", pci=numbers("10de:2330"))))
    assert set(found) == {"name", "architecture", "units", "memory", "PCI device"}
    assert all(item.upwards for item in found.values())
    assert found["name"].by_ids == "NVIDIA T4"
    assert found["name"].by_source == "NVIDIA H100 80GB HBM3"
    assert (found["units"].by_ids, found["units"].by_source) == ("40 sm", "132 sm")


@pytest.mark.parametrize(
    ("subject", "change"),
    [
        ("name", {"name": "NVIDIA H200"}),
        ("architecture", {"target": "sm_80"}),
        ("units", {"units": 18_432}),
        ("memory", {"memory_bytes": 143_771 * _MIB}),
        ("PCI device", {"pci": numbers("10de:2335")}),
        ("PCI subsystem device", {"pci": numbers("10de:2330:10de:0001")}),
    ],
)
def test_each_contradiction_is_found_alone(subject: str, change: dict[str, object]) -> None:
    device = card("10de:2330:10de:16c1", nvml("h100", **change))
    assert subject in _found(device)


def test_a_gpu_that_shows_another_class_than_a_gpus_is_said() -> None:
    device = card("10de:2330", nvml("h100"))
    assert device.pci is not None
    forged = dataclasses.replace(device, pci=dataclasses.replace(device.pci, class_="088000"))
    assert {item.by_source for item in _found(forged).values()} == {"088000"}


def test_less_than_the_ids_say_is_said_and_never_called_a_larger_device() -> None:
    found = _found(card("10de:2330", nvml("h100", units=14_592, memory_bytes=40_000 * _MIB)))
    assert {name: item.upwards for name, item in found.items()} == {
        "units": False,
        "memory": False,
    }


def test_a_name_that_no_row_bears_contradicts_nothing() -> None:
    assert _found(card("10de:2330", nvml("h100", name="Graphics Device"))) == {}
