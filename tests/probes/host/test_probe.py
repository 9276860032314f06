"""The host probe as a whole: what it assembles, and what its coverage admits."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.evidence.host import Host
from gauger_probes.host.probe import probe
from gauger_probes.result import Context, Part
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root
from support.trees import captured, copied, linked, planted

MACHINES = ("a800-and-a100", "laptop-raptor-lake", "vm-plain")
CPU = {"proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nflags : lm"}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_captured_machine_is_read_without_a_hole(machine: str) -> None:
    result = probe(Context(captured(machine)))
    assert (result.status, result.parts, result.could_hide) == (Status.OK, (), ())


@pytest.mark.parametrize("machine", MACHINES)
def test_what_the_probe_found_survives_the_codec(machine: str) -> None:
    host = probe(Context(captured(machine))).host
    assert host is not None
    assert from_json(Host, to_json(host)) == host


def test_a_bare_sys_tree_lacks_nothing_that_sysfs_holds(tmp_path: Path) -> None:
    whole = probe(Context(captured("a800-and-a100"))).host
    bare = probe(Context(copied("a800-and-a100", tmp_path, "sys"))).host
    assert whole is not None
    assert bare is not None
    assert (bare.board, bare.system, bare.bios) == (whole.board, whole.system, whole.bios)
    assert (bare.nics, bare.disks, bare.tpm) == (whole.nics, whole.disks, whole.tpm)
    assert bare.memory.modules == whole.memory.modules
    assert bare.memory.total_bytes is None


def test_a_machine_without_smbios_is_sound_and_less_known(tmp_path: Path) -> None:
    result = probe(Context(planted(tmp_path, CPU)))
    assert result.status is Status.OK
    assert result.parts == (
        Part("host.dmi", Status.NOT_RUN, "no SMBIOS tables here", (Hidden.IDENTITY,)),
    )


def test_coverage_names_what_root_would_add() -> None:
    serial = "sys/class/dmi/id/product_serial"
    table = "sys/firmware/dmi/tables/DMI"
    with open_folder() as folder:
        roots = planted(folder, {**CPU, serial: "SECRET", table: b"\x7f\x04\0\0\0\0"})
        for name in (serial, table):
            (folder / name).chmod(0)
        with without_root():
            result = probe(Context(roots))
    reason = "root could read system.serial, memory.modules"
    assert result.parts == (Part("host.dmi", Status.PARTIAL, reason, (Hidden.IDENTITY,)),)
    assert (result.status, result.could_hide) == (Status.OK, ())


def test_an_unreadable_string_is_told_from_a_denied_one(tmp_path: Path) -> None:
    loop = "sys/class/dmi/id/board_serial"
    roots = planted(tmp_path, CPU)
    linked(tmp_path, {loop: "board_serial"})
    (part,) = probe(Context(roots)).parts
    assert part.reason == "unreadable content: board.serial"


def test_a_machine_without_processors_could_hide_what_they_can_do(tmp_path: Path) -> None:
    result = probe(Context(Roots(tmp_path, captured=True)))
    assert (result.status, result.could_hide) == (Status.PARTIAL, (Hidden.ACCELERATOR,))
    assert result.host is not None
    assert result.host.processors == ()


def test_the_running_machine_is_read_and_carries_no_name_of_it() -> None:
    result = probe(Context(Roots()))
    assert result.host is not None
    assert result.host.processors
    assert from_json(Host, to_json(result.host)) == result.host
