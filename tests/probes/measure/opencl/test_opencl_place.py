"""Where a device sits, by the answers of three vendors' drivers."""

from __future__ import annotations

import pytest

from gauger_probes.measure.backends.opencl.codes import DeviceInfo
from gauger_probes.measure.backends.opencl.place import address
from gauger_probes.measure.backends.opencl.questions import devices, platforms
from gauger_probes.roots import Roots
from support.opencl_stand_in import CARD, Answers, StandIn, word

NOWHERE: Answers = {key: raw for key, raw in CARD.items() if key is not DeviceInfo.PCI_BUS_INFO}


def place(stand_in: StandIn, roots: Roots, answers: dict[DeviceInfo, bytes]) -> str | None:
    stand_in.tell({**NOWHERE, **answers})
    (platform,) = platforms(stand_in.library)
    (device,) = devices(stand_in.library, platform, 0xE)
    return address(stand_in.library, device, roots)


def khronos(domain: int, bus: int, device: int, function: int) -> dict[DeviceInfo, bytes]:
    numbers = (domain, bus, device, function)
    return {DeviceInfo.PCI_BUS_INFO: b"".join(map(word, numbers))}


def amd(bus: int, device: int, function: int, kind: int = 1) -> dict[DeviceInfo, bytes]:
    return {DeviceInfo.TOPOLOGY_AMD: word(kind) + bytes(17) + bytes((bus, device, function))}


def lists(roots: Roots, *addresses: str) -> None:
    for each in addresses:
        (roots.root / "sys/bus/pci/devices" / each).mkdir(parents=True)


def test_khronos_four_numbers_are_an_address(stand_in: StandIn, roots: Roots) -> None:
    assert place(stand_in, roots, khronos(0, 0xC1, 0x1F, 7)) == "0000:c1:1f.7"


def test_a_domain_may_have_more_than_four_digits(stand_in: StandIn, roots: Roots) -> None:
    assert place(stand_in, roots, khronos(0x10001, 1, 0, 0)) == "10001:01:00.0"


@pytest.mark.parametrize("wrong", [(0, 256, 0, 0), (0, 0, 32, 0), (0, 0, 0, 8)])
def test_numbers_that_no_bus_has_are_no_address(
    stand_in: StandIn, roots: Roots, wrong: tuple[int, int, int, int]
) -> None:
    assert place(stand_in, roots, khronos(*wrong)) is None


def test_amd_names_no_domain_so_the_one_that_the_machine_lists_is_taken(
    stand_in: StandIn, roots: Roots
) -> None:
    lists(roots, "0000:c2:00.0", "0002:c1:00.0", "0002:c1:00.1")
    assert place(stand_in, roots, amd(0xC1, 0, 0)) == "0002:c1:00.0"


def test_without_a_domain_two_functions_may_be_meant_and_none_is_chosen(
    stand_in: StandIn, roots: Roots
) -> None:
    lists(roots, "0000:c1:00.0", "0002:c1:00.0")
    assert place(stand_in, roots, amd(0xC1, 0, 0)) is None


def test_without_a_domain_a_function_that_the_machine_does_not_list_is_nowhere(
    stand_in: StandIn, roots: Roots
) -> None:
    assert place(stand_in, roots, amd(0xC1, 0, 0)) is None


def test_another_topology_of_amd_than_pcie_is_no_place(stand_in: StandIn, roots: Roots) -> None:
    lists(roots, "0000:c1:00.0")
    assert place(stand_in, roots, amd(0xC1, 0, 0, kind=2)) is None


def test_a_slot_of_nvidia_holds_device_and_function(stand_in: StandIn, roots: Roots) -> None:
    answers = {
        DeviceInfo.PCI_BUS_ID_NV: word(0x65),
        DeviceInfo.PCI_SLOT_ID_NV: word(0x0B),
        DeviceInfo.PCI_DOMAIN_ID_NV: word(3),
    }
    assert place(stand_in, roots, answers) == "0003:65:01.3"


@pytest.mark.parametrize("length", [0, 3, 15, 17])
def test_an_answer_of_another_length_is_none(stand_in: StandIn, roots: Roots, length: int) -> None:
    assert place(stand_in, roots, {DeviceInfo.PCI_BUS_INFO: bytes(length)}) is None


@pytest.mark.parametrize("length", [1, 3, 16])
def test_a_number_of_another_length_is_none(stand_in: StandIn, roots: Roots, length: int) -> None:
    answers = {DeviceInfo.PCI_BUS_ID_NV: bytes(length), DeviceInfo.PCI_SLOT_ID_NV: word(0)}
    assert place(stand_in, roots, {**answers, DeviceInfo.PCI_DOMAIN_ID_NV: word(0)}) is None


def test_a_driver_that_tells_nothing_is_nowhere(stand_in: StandIn, roots: Roots) -> None:
    assert place(stand_in, roots, {}) is None
