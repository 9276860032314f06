"""Network interfaces: hardware alone, and burned-in addresses alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.host import Nic
from gauger_probes.host import network
from gauger_probes.roots import Roots
from support.trees import captured, linked, planted

CARD = "sys/devices/pci0000:00/0000:00:1f.6"


def card(root: Path, **attributes: str) -> Roots:
    """Return a tree with one network card; ``attributes`` are of its interface."""
    linked(
        root,
        {
            "sys/class/net/eno1": "../../devices/pci0000:00/0000:00:1f.6/net/eno1",
            f"{CARD}/net/eno1/device": "../../../0000:00:1f.6",
        },
    )
    files = {f"{CARD}/vendor": "0x8086", f"{CARD}/device": "0x15fb"}
    files |= {f"{CARD}/net/eno1/{name}": text for name, text in attributes.items()}
    return planted(root, files)


def only(roots: Roots) -> Nic:
    (nic,) = network.read(roots)
    return nic


def test_a_servers_card_is_named_by_its_pci_function() -> None:
    assert network.read(captured("a800-and-a100")) == (
        Nic(
            address="0000:81:00.0",
            vendor="15b3",
            device="101b",
            driver="mlx5_core",
            mac="0c:42:a1:00:00:01",
            speed_bits_per_s=200e9,
            source="sysfs:class/net/enp129s0np0",
        ),
    )


def test_a_virtio_card_is_named_by_the_function_behind_it() -> None:
    nic = only(captured("vm-plain"))
    assert (nic.address, nic.vendor, nic.device) == ("0000:00:03.0", "1af4", "1000")
    assert nic.driver == "virtio_net"


def test_a_usb_card_is_named_by_its_port_and_usb_ids(tmp_path: Path) -> None:
    usb = "sys/devices/pci0000:00/0000:00:14.0/usb2/2-1"
    planted(
        tmp_path,
        {
            f"{usb}/idVendor": "0bda",
            f"{usb}/idProduct": "8153",
            f"{usb}/2-1:1.0/net/eth0/addr_assign_type": "0",
            f"{usb}/2-1:1.0/net/eth0/address": "00:e0:4c:00:00:01",
        },
    )
    roots = linked(
        tmp_path,
        {
            "sys/class/net/eth0": f"../../../{usb}/2-1:1.0/net/eth0",
            f"{usb}/2-1:1.0/net/eth0/device": "../../../2-1:1.0",
        },
    )
    nic = only(roots)
    assert (nic.address, nic.vendor, nic.device) == ("2-1:1.0", "0bda", "8153")


def test_a_card_on_no_pci_bus_is_named_by_its_own_device(tmp_path: Path) -> None:
    platform = "sys/devices/platform/soc/fd580000.ethernet"
    planted(tmp_path, {f"{platform}/net/eth0/speed": "1000"})
    roots = linked(
        tmp_path,
        {
            "sys/class/net/eth0": f"../../../{platform}/net/eth0",
            f"{platform}/net/eth0/device": "../../../fd580000.ethernet",
        },
    )
    nic = only(roots)
    assert (nic.address, nic.vendor, nic.device) == ("fd580000.ethernet", None, None)


@pytest.mark.parametrize("assigned", ["1", "2", "3", "", "x"])
def test_an_assigned_address_is_not_the_machines(tmp_path: Path, assigned: str) -> None:
    roots = card(tmp_path, address="aa:bb:cc:00:00:01", addr_assign_type=assigned)
    assert only(roots).mac is None


def test_a_bonded_card_keeps_the_address_that_it_was_made_with(tmp_path: Path) -> None:
    roots = card(tmp_path, address="aa:bb:cc:00:00:01", addr_assign_type="3")
    planted(tmp_path, {f"{CARD}/net/eno1/bonding_slave/perm_hwaddr": "3c:ec:ef:00:00:02"})
    assert only(roots).mac == "3c:ec:ef:00:00:02"


@pytest.mark.parametrize(
    "address", ["00:00:00:00:00:00", "3c:ec:ef", "zz:ec:ef:00:00:02", "80:00:00:48:fe:80" * 3, ""]
)
def test_an_address_that_is_none_is_left_out(tmp_path: Path, address: str) -> None:
    assert only(card(tmp_path, address=address, addr_assign_type="0")).mac is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1000", 1e9), ("-1", None), ("0", None), ("4294967295", None), ("x", None)],
)
def test_speed_is_in_bits_per_second_where_it_is_known(
    tmp_path: Path, text: str, expected: float | None
) -> None:
    assert only(card(tmp_path, speed=text)).speed_bits_per_s == expected


def test_an_interface_without_hardware_is_not_listed(tmp_path: Path) -> None:
    roots = planted(tmp_path, {"sys/class/net/lo/addr_assign_type": "0"})
    assert network.read(roots) == ()


def test_a_device_link_that_climbs_out_of_the_tree_reads_nothing_there(tmp_path: Path) -> None:
    planted(tmp_path / "0000:01:00.0", {"vendor": "0x10de", "device": "0x20b2"})
    target = "../" * 12 + str(tmp_path / "0000:01:00.0").lstrip("/")
    roots = linked(tmp_path / "tree", {"sys/class/net/eno1/device": target})
    nic = only(roots)
    assert (nic.vendor, nic.device) == (None, None)
