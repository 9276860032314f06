"""A topology that is denied, broken or made to hurt: said, never believed, never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators.kfd_nodes import MAX_NODES, NODES, parse
from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.coverage import Hidden, Status
from support.kfd_tree import PARTITION, node, on_bus, probed, text
from support.privilege import open_folder, without_root
from support.trees import linked, planted

FIRST = f"{NODES}/1"
MI300 = "0000:c1:00.0"


def test_nodes_that_the_device_cgroup_denies_are_said() -> None:
    with open_folder() as root:
        for number in range(1, 8):
            node(root, number, PARTITION)
            if number > 1:
                (root / f"{NODES}/{number}/properties").chmod(0)
        roots = on_bus(root, MI300)
        with without_root():
            result = probed(roots)
    assert [item.address for item in result.identified] == [MI300]
    assert (result.status, result.could_hide) == (Status.PARTIAL, (Hidden.IDENTITY,))
    assert result.reason == "nodes 2, 3, 4, 5 and 2 more may not be read: permission denied"


def test_a_topology_that_may_not_be_listed_is_denied() -> None:
    with open_folder() as root:
        node(root, 1, PARTITION)
        roots = on_bus(root, MI300)
        (root / NODES).chmod(0)
        with without_root():
            result = probed(roots)
        (root / NODES).chmod(0o755)
    assert (result.status, result.could_hide) == (Status.DENIED, (Hidden.IDENTITY,))
    assert result.reason == f"{NODES} could not be listed: permission denied"


def test_a_topology_that_leads_nowhere_is_not_an_absent_one(tmp_path: Path) -> None:
    result = probed(linked(tmp_path, {NODES: "nodes"}))
    assert (result.status, result.could_hide) == (Status.PARTIAL, (Hidden.IDENTITY,))
    assert result.reason == f"{NODES} could not be listed: not a folder that can be read"


@pytest.mark.parametrize(
    "content",
    ["", "simd_count", "simd_count -152", "simd_count 1e3", "SIMD_COUNT 152", "\x1b[2J", "\0" * 99],
)
def test_a_node_that_does_not_say_what_it_is_is_a_hole(tmp_path: Path, content: str) -> None:
    planted(tmp_path, {f"{FIRST}/properties": content})
    result = probed(on_bus(tmp_path))
    assert (result.identified, result.status) == ((), Status.PARTIAL)
    assert (result.reason, result.could_hide) == ("node 1 unreadable", (Hidden.IDENTITY,))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("simd_per_cu", 0),
        ("simd_per_cu", 3),
        ("simd_count", 2**32),
        ("simd_count", 2**64 - 1),
    ],
)
def test_units_that_do_not_add_up_are_not_guessed(tmp_path: Path, name: str, value: int) -> None:
    node(tmp_path, 1, {**PARTITION, name: value})
    identity = probed(on_bus(tmp_path, MI300)).identified[0].identity
    assert identity.units is None
    assert Unread("units", "simd_count and simd_per_cu do not go together") in identity.unread


@pytest.mark.parametrize(
    ("name", "value"),
    [("vendor_id", 0x10000), ("device_id", 2**63), ("device_id", 0)],
)
def test_numbers_that_no_function_has_are_left_out(tmp_path: Path, name: str, value: int) -> None:
    node(tmp_path, 1, {**PARTITION, name: value})
    assert probed(on_bus(tmp_path, MI300)).identified[0].identity.pci is None


def test_lines_that_are_no_numbers_are_said_and_the_others_count(tmp_path: Path) -> None:
    lines = f"{text(PARTITION)}\nhive_id {2**64}\n\x1b]0;own\x07\nsimd_count 8"
    planted(tmp_path, {f"{FIRST}/properties": lines})
    identity = probed(on_bus(tmp_path, MI300)).identified[0].identity
    assert identity.units == 38
    assert identity.unread == (Unread("properties", "2 lines unreadable"),)


def test_memory_beyond_what_a_double_holds_is_said(tmp_path: Path) -> None:
    node(tmp_path, 1, PARTITION, memory=2**64 - 1)
    identity = probed(on_bus(tmp_path, MI300)).identified[0].identity
    assert identity.memory_bytes is None
    assert identity.unread == (Unread("memoryBytes", "not a number in range"),)


def test_a_bank_without_a_size_holds_nothing_and_a_broken_link_is_said(tmp_path: Path) -> None:
    node(tmp_path, 1, PARTITION)
    files = {"mem_banks/0/properties": "heap_type 1", "io_links/0/properties": "type eleven"}
    planted(tmp_path, {f"{FIRST}/{name}": content for name, content in files.items()})
    identity = probed(on_bus(tmp_path, MI300)).identified[0].identity
    assert identity.memory_bytes is None
    assert identity.unread == (Unread("io_links/0", "1 line unreadable"),)


def test_a_node_without_a_place_is_still_a_device(tmp_path: Path) -> None:
    values = {name: value for name, value in PARTITION.items() if name != "location_id"}
    node(tmp_path, 3, values)
    node(tmp_path, 4, values)
    package, *slices = probed(on_bus(tmp_path)).identified
    assert (package.address, package.identity.units) == ("kfd/3", 76)
    assert [item.parent for item in slices] == ["kfd/3", "kfd/3"]


def test_only_so_many_nodes_are_read_and_the_rest_is_said(tmp_path: Path) -> None:
    for number in range(MAX_NODES + 44):
        planted(tmp_path, {f"{NODES}/{number}/properties": "simd_count 0"})
    result = probed(on_bus(tmp_path))
    assert result.reason == f"only {MAX_NODES} of {MAX_NODES + 44} nodes were read"
    assert result.status is Status.PARTIAL


def test_only_numbers_name_nodes(tmp_path: Path) -> None:
    for name in ("1", "01", "-1", "\u0661", "1\x1b[2J", "999999"):
        planted(tmp_path, {f"{NODES}/{name}/properties": text(PARTITION)})
    (found,) = probed(on_bus(tmp_path, MI300)).identified
    assert found.parent is None


def test_links_out_of_the_tree_and_loops_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text(text(PARTITION))
    root = tmp_path / "tree"
    planted(root, {f"{FIRST}/gpu_id": "1"})
    roots = linked(
        root,
        {
            f"{FIRST}/properties": str(outside),
            f"{NODES}/2": "2",
            f"{NODES}/3/properties": "../../../../../../../../outside",
        },
    )
    result = probed(roots)
    assert (result.identified, result.reason) == ((), "nodes 1, 2, 3 unreadable")


def test_numbers_end_where_the_kernels_do() -> None:
    values, strange = parse([f"a {2**64 - 1}", f"b {2**64}", "c 1 2", "d \u0663", "a 1"])
    assert (values, strange) == ({"a": 2**64 - 1}, 3)
