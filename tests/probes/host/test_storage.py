"""Disks: hardware alone, each with what its bus says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.host import Disk
from gauger_probes.host import storage
from gauger_probes.host.storage import serial_in_vpd
from gauger_probes.roots import Roots
from support.privilege import open_folder, without_root
from support.trees import captured, linked, planted

PAGE_80 = b"\x00\x80\x00\x14" + b"      S2RBNX0K123456"


def disk(root: Path, device: str, name: str, **attributes: str | bytes) -> Roots:
    """Return a tree with one disk ``name`` below the directory ``device``."""
    path = f"sys/devices/{device}/block/{name}"
    linked(
        root,
        {
            f"sys/class/block/{name}": f"../../devices/{device}/block/{name}",
            f"{path}/device": f"../../../{device.rsplit('/', 1)[-1]}",
        },
    )
    return planted(
        root, {f"{path}/{file.replace('__', '/')}": text for file, text in attributes.items()}
    )


def only(roots: Roots) -> Disk:
    (found,) = storage.read(roots)
    return found


SATA = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0"


def test_an_nvme_disk_is_read_whole_and_its_partition_is_not_a_disk() -> None:
    found = only(captured("a800-and-a100"))
    assert (found.name, found.model) == ("nvme0n1", "SAMSUNG MZQL23T8HCLS-00A07")
    assert (found.serial, found.firmware) == ("FX64NE0R800001", "GDC5602Q")
    assert found.size_bytes == 3_840_755_982_336
    assert (found.rotational, found.removable, found.transport) == (False, False, "nvme")
    assert found.wwid == "eui.36344e30528000010025384600000001"


def test_a_virtual_machines_loop_and_mapper_devices_are_no_disks() -> None:
    found = only(captured("vm-plain"))
    assert (found.name, found.transport, found.serial) == ("vda", "virtio", None)
    assert found.size_bytes == 20 * 1024**3


def test_a_sata_disk_has_its_serial_in_a_vpd_page(tmp_path: Path) -> None:
    disk(tmp_path, SATA, "sda", size="1000", queue__rotational="1")
    roots = planted(
        tmp_path,
        {
            f"sys/devices/{SATA}/model": "ST4000NM0035-1V4 ",
            f"sys/devices/{SATA}/rev": "TN03",
            f"sys/devices/{SATA}/vpd_pg80": PAGE_80,
        },
    )
    found = only(roots)
    assert (found.serial, found.model, found.firmware) == (
        "S2RBNX0K123456",
        "ST4000NM0035-1V4",
        "TN03",
    )
    assert (found.transport, found.rotational) == ("sata", True)


def test_a_sata_disk_without_that_page_has_no_serial_and_hides_none(tmp_path: Path) -> None:
    found = only(disk(tmp_path, SATA, "sda", size="1000"))
    assert (found.serial, found.unread) == (None, ())


def test_a_serial_that_may_not_be_read_is_unread() -> None:
    with open_folder() as folder:
        roots = disk(folder, "pci0000:00/0000:00:04.0/virtio1", "vda", serial="SECRET", wwid="W")
        for name in ("serial", "wwid"):
            path = "sys/devices/pci0000:00/0000:00:04.0/virtio1/block/vda"
            (folder / path / name).chmod(0)
        with without_root():
            found = only(roots)
    denied = "permission denied"
    assert found.unread == (Unread("serial", denied), Unread("wwid", denied))


def test_a_vpd_page_that_may_not_be_read_leaves_the_serial_unread() -> None:
    with open_folder() as folder:
        disk(folder, SATA, "sda", size="1000")
        roots = planted(folder, {f"sys/devices/{SATA}/vpd_pg80": PAGE_80})
        (folder / f"sys/devices/{SATA}/vpd_pg80").chmod(0)
        with without_root():
            found = only(roots)
    assert (found.serial, found.unread) == (None, (Unread("serial", "permission denied"),))


@pytest.mark.parametrize(
    ("device", "transport"),
    [
        (SATA, "sata"),
        ("pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host4/target4:0:0/4:0:0:0", "usb"),
        ("pci0000:00/0000:01:00.0/host1/port-1:0/end_device-1:0/target1:0:0/1:0:0:0", "sas"),
        ("platform/fe310000.mmc/mmc_host/mmc0/mmc0:aaaa", "mmc"),
        ("pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0/2:0:0:0", "virtio"),
        ("vbd-51712", None),
    ],
)
def test_the_transport_is_told_by_the_path(
    tmp_path: Path, device: str, transport: str | None
) -> None:
    assert only(disk(tmp_path, device, "sda")).transport == transport


def test_a_tree_that_lies_in_a_folder_named_after_a_bus_says_nothing(tmp_path: Path) -> None:
    assert only(disk(tmp_path / "usb1", "vbd-51712", "xvda")).transport is None


@pytest.mark.parametrize(
    ("name", "attributes"),
    [("nvme0c0n1", {"hidden": "1"}), ("sda1", {"partition": "1"}), ("mmcblk0boot0", {})],
)
def test_parts_and_paths_of_a_disk_are_not_disks(
    tmp_path: Path, name: str, attributes: dict[str, str]
) -> None:
    assert storage.read(disk(tmp_path, SATA, name, **attributes)) == ()


@pytest.mark.parametrize("text", ["", "-8", "lots", "9" * 30])
def test_a_size_that_is_no_number_is_unknown(tmp_path: Path, text: str) -> None:
    assert only(disk(tmp_path, SATA, "sda", size=text)).size_bytes is None


@pytest.mark.parametrize(
    ("page", "serial"),
    [
        (PAGE_80, "S2RBNX0K123456"),
        (b"\x00\x80\x00\x04ABCDEFGH", "ABCD"),
        (b"\x00\x80\xff\xffABCD", "ABCD"),
        (b"\x00\x83\x00\x04ABCD", None),
        (b"\x00\x80\x00\x00", None),
        (b"\x00\x80", None),
        (b"", None),
    ],
)
def test_a_vpd_page_gives_its_serial_within_its_length(page: bytes, serial: str | None) -> None:
    assert serial_in_vpd(page) == serial


def test_a_bare_tree_without_the_class_is_read_through_sys_block(tmp_path: Path) -> None:
    roots = disk(tmp_path, SATA, "sda", size="8")
    (tmp_path / "sys/class/block").rename(tmp_path / "sys/block")
    linked(tmp_path, {"sys/block/sda": f"../devices/{SATA}/block/sda"})
    found = only(roots)
    assert (found.size_bytes, found.source) == (4096, "sysfs:block/sda")
