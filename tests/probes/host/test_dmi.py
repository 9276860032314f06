"""Nameplates: what SMBIOS prints, what is denied, and what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.common import Unread
from gauger_probes.host import dmi
from support.privilege import open_folder, without_root
from support.trees import captured, linked, planted

ID = "sys/class/dmi/id"


def test_a_server_read_as_root_gives_every_serial() -> None:
    plates = dmi.read(captured("a800-and-a100"))
    assert plates.present
    assert (plates.system.vendor, plates.system.name) == ("Inspur", "NF5488A5")
    assert plates.system.serial == "FX0221AB7731"
    assert plates.system.uuid == "5c0a7a4e-77d1-4c52-9f5b-3d1c40b7e801"
    assert (plates.board.serial, plates.board.uuid) == ("FXB21030017", None)
    assert (plates.chassis.name, plates.chassis.serial) == ("Rack Mount Chassis", "FX0221AB7731")
    assert (plates.bios.version, plates.bios.date) == ("3.0.3", "07/14/2022")
    assert plates.board.source == "sysfs:class/dmi/id"


def test_a_missing_serial_is_stated_by_nobody() -> None:
    plates = dmi.read(captured("laptop-raptor-lake"))
    assert plates.system.version == "ThinkPad X1 Carbon Gen 11"
    assert (plates.system.serial, plates.system.unread) == (None, ())
    assert plates.chassis.name == "Notebook"


def test_a_denied_serial_is_unread_and_not_absent() -> None:
    with open_folder() as folder:
        roots = planted(
            folder,
            {
                f"{ID}/sys_vendor": "Maker",
                f"{ID}/product_serial": "SECRET",
                f"{ID}/product_uuid": "SECRET",
                f"{ID}/chassis_serial": "SECRET",
            },
        )
        for name in ("product_serial", "product_uuid", "chassis_serial"):
            (folder / ID / name).chmod(0)
        with without_root():
            plates = dmi.read(roots)
    denied = "permission denied"
    assert plates.system.unread == (Unread("serial", denied), Unread("uuid", denied))
    assert plates.chassis.unread == (Unread("serial", denied),)
    assert (plates.system.vendor, plates.system.serial) == ("Maker", None)
    assert plates.board.unread == ()


def test_a_machine_without_tables_is_said_to_have_none(tmp_path: Path) -> None:
    plates = dmi.read(planted(tmp_path, {"sys/class/net/lo/type": "772"}))
    assert not plates.present
    assert plates.system == plates.board == plates.chassis == type(plates.board)()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("3", "Desktop"),
        ("131", "Desktop"),
        ("36", "Stick PC"),
        ("0", None),
        ("99", None),
        ("", None),
    ],
)
def test_the_chassis_type_is_named_with_or_without_a_lock(
    tmp_path: Path, text: str, name: str | None
) -> None:
    assert dmi.read(planted(tmp_path, {f"{ID}/chassis_type": text})).chassis.name == name


def test_strings_from_the_firmware_are_made_harmless(tmp_path: Path) -> None:
    plates = dmi.read(planted(tmp_path, {f"{ID}/sys_vendor": b"\x1b[31mMaker\xff\n"}))
    assert plates.system.vendor == "\\x1b[31mMaker\\xff"


def test_a_link_out_of_the_tree_reads_nothing_from_outside(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("not this machine's\n")
    root = tmp_path / "tree"
    for target in (str(tmp_path / "outside"), "../../../../../outside"):
        roots = linked(root, {f"{ID}/product_serial": target})
        assert dmi.read(roots).system.serial is None
