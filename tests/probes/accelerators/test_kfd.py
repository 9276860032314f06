"""AMD's compute driver: a package is put together from its partitions, and each source is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Result
from gauger_probes.roots import Roots
from gauger_probes.run.merge import accelerators_of
from support.kfd_tree import PARTITION, PROCESSOR, link, node, on_bus, probed

GIB = 1024**3
MI300 = "0000:c1:00.0"


def partitioned(root: Path, shift: int = 28) -> Roots:
    """Return a machine with two processors and one MI300X in eight partitions (nodes 2 to 9)."""
    node(root, 0, PROCESSOR)
    node(root, 1, PROCESSOR)
    for index in range(8):
        location = {"location_id": 0xC100 | index << shift}
        node(root, 2 + index, {**PARTITION, **location}, memory=24 * GIB)
    return on_bus(root, MI300)


def test_a_machine_without_the_driver_is_quiet(tmp_path: Path) -> None:
    result = probed(Roots(tmp_path, captured=True))
    assert (result.status, result.could_hide) == (Status.NOT_RUN, ())
    assert result.reason == "no AMD compute driver on this machine"


def test_processors_are_no_accelerators(tmp_path: Path) -> None:
    assert probed(node(tmp_path, 0, PROCESSOR)) == Result()


def test_an_unpartitioned_package_says_all_that_its_node_says(tmp_path: Path) -> None:
    whole = {**PARTITION, "simd_count": 1216, "num_xcc": 8}
    node(tmp_path, 1, whole, memory=192 * GIB)
    result = probed(on_bus(tmp_path, MI300))
    (found,) = result.identified
    assert (found.address, found.parent, found.limits) == (MI300, None, ())
    assert found.identity == Identity(
        source="kfd",
        name=None,
        units=304,
        unit_kind="cu",
        max_clock_hz=2.1e9,
        memory_bytes=192 * GIB,
        target="gfx942",
        pci=PciId("1002", "74a1", None, None, None, None),
        properties={
            "uniqueId": "d6f1000000000001",
            "hiveId": "0000000000001234",
            "gpuId": "4660",
            "xccs": 8,
        },
    )


@pytest.mark.parametrize("shift", [28, 0], ids=["bits 28 to 31", "the function's number"])
def test_partitions_are_one_package_wherever_the_kernel_puts_their_index(
    tmp_path: Path, shift: int
) -> None:
    package, *slices = probed(partitioned(tmp_path, shift)).identified
    assert (package.address, package.parent) == (MI300, None)
    assert (package.identity.units, package.identity.memory_bytes) == (304, 192 * GIB)
    assert package.identity.max_clock_hz == 2.1e9
    assert package.identity.properties is not None
    assert package.identity.properties["partitions"] == 8
    assert package.identity.properties["xccs"] == 8
    assert package.limits == (Limit("partition", "kfd", "8 compute partitions of 38 CUs"),)
    assert [(item.address, item.parent) for item in slices] == [
        (f"{MI300}/kfd/{number}", MI300) for number in range(2, 10)
    ]
    assert {(item.identity.units, item.identity.memory_bytes) for item in slices} == {
        (38, 24 * GIB)
    }


def test_partitions_without_an_identifier_are_put_together_by_their_function(
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        node(tmp_path, number, {**PARTITION, "unique_id": 0, "location_id": 0xC100 | number})
    package, *slices = probed(on_bus(tmp_path, MI300)).identified
    assert (package.address, package.identity.units, len(slices)) == (MI300, 76, 2)


def test_two_dies_on_two_slots_stay_two_although_they_say_one_identifier(tmp_path: Path) -> None:
    node(tmp_path, 1, PARTITION)
    node(tmp_path, 2, {**PARTITION, "location_id": 0xC600})
    found = probed(on_bus(tmp_path, MI300, "0000:c6:00.0")).identified
    assert [item.address for item in found] == [MI300, "0000:c6:00.0"]


def test_a_function_beside_another_is_told_apart(tmp_path: Path) -> None:
    for number, function in ((1, 0), (2, 2)):
        values = {"unique_id": number, "location_id": 0xC100 | function, "domain": 0x10000}
        node(tmp_path, number, {**PARTITION, **values})
    functions = ["10000:c1:00.0", "10000:c1:00.2"]
    found = probed(on_bus(tmp_path, *functions)).identified
    assert [item.address for item in found] == functions


def test_unequal_partitions_are_not_said_to_be_of_one_size(tmp_path: Path) -> None:
    node(tmp_path, 1, PARTITION)
    node(tmp_path, 2, {**PARTITION, "simd_count": 160})
    package = probed(on_bus(tmp_path, MI300)).identified[0]
    assert package.identity.units == 78
    assert package.identity.properties is not None
    assert package.identity.properties["partitions"] == 2
    assert package.limits[0].detail == "2 compute partitions"


@pytest.mark.parametrize(
    ("version", "target"),
    [(90402, "gfx942"), (90010, "gfx90a"), (110001, "gfx1101"), (90500, "gfx950"), (0, None)],
)
def test_the_target_is_spelt_as_compilers_do(
    tmp_path: Path, version: int, target: str | None
) -> None:
    node(tmp_path, 1, {**PARTITION, "gfx_target_version": version})
    assert probed(on_bus(tmp_path, MI300)).identified[0].identity.target == target


def test_links_count_other_packages_and_processors_and_not_partitions_of_ones_own(
    tmp_path: Path,
) -> None:
    roots = partitioned(tmp_path)
    node(tmp_path, 10, {**PARTITION, "location_id": 0xC600, "unique_id": 7})
    for number in (2, 3):
        link(tmp_path, number, 0, to=0, kind=2)
        link(tmp_path, number, 1, to=4, mbs=99999)
        link(tmp_path, number, 2, to=10, mbs=64000)
        link(tmp_path, number, 3, to=1, mbs=32000)
    package = probed(roots).identified[0]
    assert package.identity.properties is not None
    assert package.identity.properties["xgmiLinks"] == 2
    assert package.identity.properties["xgmiMaxMBs"] == 64000


def test_a_name_of_the_chip_is_kept(tmp_path: Path) -> None:
    roots = node(tmp_path, 1, PARTITION, name="aldebaran")
    assert probed(roots).identified[0].identity.name == "aldebaran"


def test_a_package_that_pci_does_not_list_is_an_entry_with_its_slices(tmp_path: Path) -> None:
    for number in (1, 2):
        node(tmp_path, number, {**PARTITION, "location_id": 0xC100 | number << 28})
    entries = accelerators_of([probed(Roots(tmp_path, captured=True))])
    assert [(item.id, item.bus, item.parent) for item in entries] == [
        (MI300, Bus.PLATFORM, None),
        (f"{MI300}/kfd/1", Bus.PLATFORM, MI300),
        (f"{MI300}/kfd/2", Bus.PLATFORM, MI300),
    ]
    assert entries[0].identities[0].units == 76


def test_what_the_driver_says_of_another_makers_card_stands_beside_what_pci_says(
    tmp_path: Path,
) -> None:
    card = Accelerator(
        id=MI300,
        bus=Bus.PCI,
        address=MI300,
        pci=PciId("10de", "20b2", None, None, "030200", None),
        driver="nvidia",
        bound=True,
        parent=None,
        identities=(Identity("pci", "A100"),),
    )
    node(tmp_path, 1, PARTITION)
    (entry,) = accelerators_of(
        [Result(accelerators=(card,)), probed(on_bus(tmp_path, MI300))],
    )
    assert entry.pci == card.pci
    assert [(item.source, item.pci and item.pci.device) for item in entry.identities] == [
        ("pci", None),
        ("kfd", "74a1"),
    ]
