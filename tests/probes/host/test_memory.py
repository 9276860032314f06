"""Memory: the kernel's total, and modules where rights and tables allow."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from gauger_probes.evidence.common import Unread
from gauger_probes.host import memory
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root
from support.trees import captured, linked, planted

MODULE = struct.pack("<BBHHHHHH", 17, 0x15, 0, 0, 0, 64, 64, 8192) + bytes(7) + b"\0\0"
END = b"\x7f\x04\0\0\0\0"


def test_a_server_read_as_root_lists_its_modules() -> None:
    read = memory.read(captured("a800-and-a100"))
    assert read.total_bytes == 131_746_428 * 1024
    assert [module.serial for module in read.modules] == ["FX3A0001", "FX3A0002"]
    assert read.unread == ()


def test_tables_that_only_root_may_read_are_said_to_be_unread() -> None:
    with open_folder() as folder:
        roots = planted(folder, {"sys/firmware/dmi/entries/17-0/raw": MODULE})
        (folder / "sys/firmware/dmi/entries/17-0/raw").chmod(0)
        with without_root():
            read = memory.read(roots)
    assert read.unread == (Unread("modules", "permission denied"),)
    assert read.modules == ()


def test_a_table_that_cannot_be_read_for_another_reason_is_said_so(tmp_path: Path) -> None:
    entry = "sys/firmware/dmi/entries/17-0/raw"
    read = memory.read(linked(tmp_path, {entry: "raw"}))
    assert read.unread == (Unread("modules", "unreadable content"),)


def test_the_whole_table_serves_where_single_entries_are_not_shown(tmp_path: Path) -> None:
    roots = planted(tmp_path, {"sys/firmware/dmi/tables/DMI": MODULE + MODULE + END})
    read = memory.read(roots)
    assert [module.size_bytes for module in read.modules] == [8 * 1024**3] * 2


def test_a_machine_without_tables_states_nothing_and_hides_nothing(tmp_path: Path) -> None:
    read = memory.read(planted(tmp_path, {"proc/meminfo": "MemTotal:  1024 kB"}))
    assert (read.total_bytes, read.modules, read.unread) == (1024 * 1024, (), ())


def test_modules_come_in_the_order_of_their_slots(tmp_path: Path) -> None:
    entries = {f"sys/firmware/dmi/entries/17-{slot}/raw": MODULE for slot in (10, 2, 0)}
    read = memory.read(planted(tmp_path, entries))
    assert [module.source for module in read.modules] == ["dmi:17-0", "dmi:17-2", "dmi:17-10"]


def test_a_bare_sys_tree_sums_the_memory_of_its_nodes(tmp_path: Path) -> None:
    node = "sys/devices/system/node/node{}/meminfo"
    roots = planted(
        tmp_path,
        {node.format(0): "Node 0 MemTotal:  1000 kB", node.format(1): "Node 1 MemTotal:  24 kB"},
    )
    read = memory.read(roots)
    assert (read.total_bytes, read.source) == (1024 * 1024, "sysfs:devices/system/node")


@pytest.mark.parametrize(
    "text", ["", "MemTotal:", "MemTotal: much kB", "MemTotal: -5 kB", f"MemTotal: {'9' * 40} kB"]
)
def test_a_total_that_is_no_number_is_unknown(tmp_path: Path, text: str) -> None:
    read = memory.read(planted(tmp_path, {"proc/meminfo": text}))
    assert (read.total_bytes, read.source) == (None, None)


def test_the_running_machines_total_is_the_kernels() -> None:
    (line,) = (
        line for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line
    )
    assert memory.read(Roots()).total_bytes == int(line.split()[1]) * 1024
