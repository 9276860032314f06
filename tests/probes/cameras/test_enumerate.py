"""Nodes and USB devices become cameras: what belongs together, and what makes the picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.cameras.enumerate import list_cameras
from gauger_probes.evidence.camera import Camera
from support.camera_tree import CameraTree
from support.usb_descriptors import UNCOMPRESSED, Format, Frame, device, function, interface

_XHCI = "sys/devices/pci0000:00/0000:00:14.0"
_WEBCAM = device(function(0, (Format(UNCOMPRESSED, (Frame(640, 480),)),)))


@pytest.fixture
def tree(tmp_path: Path) -> CameraTree:
    return CameraTree(tmp_path)


def _webcam(tree: CameraTree, port: str, first: int, **attributes: str) -> str:
    path = tree.usb(port, _WEBCAM, _XHCI, **attributes)
    control = tree.interface(path, 0, "uvcvideo")
    tree.node(f"video{first}", control, minor=first)
    tree.node(f"video{first + 1}", control, minor=first + 1)
    return path


def _found(tree: CameraTree) -> list[Camera]:
    return list(list_cameras(tree.roots).cameras)


def _only(tree: CameraTree) -> Camera:
    (camera,) = _found(tree)
    return camera


def test_a_webcams_nodes_are_one_camera_named_by_its_serial(tree: CameraTree) -> None:
    _webcam(tree, "1-4", 0, serial="ABC123", product="HD Webcam", manufacturer="Maker")
    camera = _only(tree)
    assert camera.id == "usb-1d6b:0102-ABC123"
    assert (camera.bus, camera.address, camera.driver) == ("usb", "1-4", "uvcvideo")
    assert [node.path for node in camera.nodes] == ["/dev/video0", "/dev/video1"]
    assert all(node.role is None and node.modes == () for node in camera.nodes)
    assert (camera.name, camera.manufacturer) == ("HD Webcam", "Maker")
    assert camera.bound
    assert not camera.virtual
    assert not camera.remote
    assert camera.source == f"sysfs:{_XHCI.removeprefix('sys/')}/usb1/1-4"


def test_without_a_serial_the_port_makes_the_id(tree: CameraTree) -> None:
    _webcam(tree, "1-4", 0)
    assert _only(tree).id == "usb-1d6b:0102-1-4"


def test_one_serial_on_two_cameras_still_gives_two_ids(tree: CameraTree) -> None:
    _webcam(tree, "1-4", 0, serial="0001")
    _webcam(tree, "1-5", 2, serial="0001")
    assert [c.id for c in _found(tree)] == ["usb-1d6b:0102-0001-1-4", "usb-1d6b:0102-0001-1-5"]


def test_a_camera_behind_a_hub_is_not_taken_for_the_hub(tree: CameraTree) -> None:
    path = tree.usb("1-4.2", _WEBCAM, f"{_XHCI}/usb1/1-4".removesuffix("/usb1/1-4"))
    nested = f"{_XHCI}/usb1/1-4/1-4.2"
    (tree.root / nested).parent.mkdir(parents=True)
    (tree.root / path).rename(tree.root / nested)
    (tree.root / "sys/bus/usb/devices/1-4.2").unlink()
    tree.link("sys/bus/usb/devices/1-4.2", nested)
    tree.node("video0", tree.interface(nested, 0, "uvcvideo"))
    assert _only(tree).address == "1-4.2"


def test_a_usb_camera_without_driver_is_listed_unbound_with_its_claims(tree: CameraTree) -> None:
    tree.interface(tree.usb("1-4", _WEBCAM, _XHCI), 0, None)
    camera = _only(tree)
    assert not camera.bound
    assert camera.driver is None
    assert [(mode.width, mode.height) for mode in camera.descriptor_modes] == [(640, 480)]


def test_a_camera_whose_driver_is_of_its_own_class_counts_by_its_nodes(tree: CameraTree) -> None:
    path = tree.usb("1-4", device(interface(0, 0xFF, 0)), _XHCI, product="Old webcam")
    tree.node("video0", tree.interface(path, 0, "gspca_zc3xx"))
    camera = _only(tree)
    assert (camera.bus, camera.name, camera.bound) == ("usb", "Old webcam", True)
    assert camera.descriptor_modes == ()


def test_a_keyboard_is_no_camera(tree: CameraTree) -> None:
    tree.usb("1-3", device(interface(0, 3, 1)), _XHCI)
    assert _found(tree) == []


def test_usb_over_the_network_is_remote(tree: CameraTree) -> None:
    tree.usb("1-1", _WEBCAM, "sys/devices/platform/vhci_hcd.0")
    assert _only(tree).remote


@pytest.mark.parametrize("driver", ["vivid", "vimc"])
def test_the_kernels_test_devices_are_virtual(tree: CameraTree, driver: str) -> None:
    path = f"sys/devices/platform/{driver}.0"
    tree.node("video0", path)
    tree.driver(path, driver, "platform")
    camera = _only(tree)
    assert camera.virtual
    assert (camera.id, camera.driver) == (f"platform-{driver}.0", driver)


def test_a_loopback_node_is_virtual_and_named_by_its_label(tree: CameraTree) -> None:
    tree.loopback_node("video10", label="OBS Virtual Camera")
    tree.write("sys/devices/virtual/video4linux/video10/max_openers", "10")
    camera = _only(tree)
    assert camera.virtual
    assert (camera.bus, camera.address) == ("virtual", "video10")
    assert (camera.driver, camera.name) == ("v4l2 loopback", "OBS Virtual Camera")


def test_a_driver_made_node_of_unknown_driver_is_still_virtual(tree: CameraTree) -> None:
    tree.loopback_node("video10", label="akvcam")
    assert _only(tree).virtual
    assert _only(tree).driver is None


def test_a_capture_card_is_one_camera_per_pci_function(tree: CameraTree) -> None:
    path = "sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0"
    tree.driver(path, "cx88", "pci")
    tree.node("video0", path)
    tree.node("video1", path)
    camera = _only(tree)
    assert (camera.id, camera.address) == ("pci-0000:03:00.0", "0000:03:00.0")
    assert len(camera.nodes) == 2


def test_an_auxiliary_device_belongs_to_its_pci_function(tree: CameraTree) -> None:
    path = "sys/devices/pci0000:00/0000:00:05.0/intel_ipu6.isys.40"
    tree.driver(path, "intel_ipu6_isys.isys", "auxiliary")
    tree.node("video0", path)
    assert _only(tree).id == "pci-0000:00:05.0"


def test_an_i2c_sensor_is_not_taken_for_a_usb_port(tree: CameraTree) -> None:
    path = "sys/devices/platform/soc/fe205000.i2c/i2c-10/10-0033"
    tree.driver(path, "video-i2c", "i2c")
    tree.node("video0", path, label="AMG88X0")
    camera = _only(tree)
    assert (camera.id, camera.driver) == ("i2c-10-0033", "video-i2c")


def test_a_csi_receiver_is_a_platform_camera(tree: CameraTree) -> None:
    path = "sys/devices/platform/soc/fe801000.csi"
    tree.driver(path, "unicam", "platform")
    tree.node("video0", path)
    camera = _only(tree)
    assert (camera.id, camera.virtual, camera.bound) == ("platform-fe801000.csi", False, True)


def test_nodes_come_in_the_order_of_their_numbers(tree: CameraTree) -> None:
    for number in (10, 2, 0):
        tree.node(f"video{number}", "sys/devices/platform/soc/x.csi", minor=number)
    paths = [node.path for node in _only(tree).nodes]
    assert paths == ["/dev/video0", "/dev/video2", "/dev/video10"]


def test_a_tree_without_device_links_still_places_its_nodes(tree: CameraTree) -> None:
    _webcam(tree, "1-4", 0)
    for link in tree.root.glob("sys/devices/**/video4linux/*/device"):
        link.unlink()
    assert _only(tree).address == "1-4"


def test_a_device_that_says_nothing_of_itself_may_be_a_camera(tree: CameraTree) -> None:
    path = tree.usb("1-4", b"", _XHCI)
    (tree.root / path / "descriptors").unlink()
    listing = list_cameras(tree.roots)
    assert (listing.cameras, listing.unknown) == ((), ("1-4",))


def test_the_link_speed_of_a_camera_is_kept(tree: CameraTree) -> None:
    _webcam(tree, "1-4", 0, speed="5000")
    tree.usb("1-5", device(interface(0, 3, 1)), _XHCI, speed="12")
    assert list_cameras(tree.roots).link_mbps == {"1-4": 5000.0}
