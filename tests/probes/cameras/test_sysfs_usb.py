"""USB devices as sysfs keeps them, driver or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.cameras.sysfs_usb import UsbDevice, plugged
from gauger_probes.evidence.camera import UsbId
from support.camera_tree import CameraTree
from support.usb_descriptors import UNCOMPRESSED, Format, Frame, device, function, interface

_XHCI = "sys/devices/pci0000:00/0000:00:14.0"
_VIDEO = function(0, (Format(UNCOMPRESSED, (Frame(640, 480),)),))


@pytest.fixture
def tree(tmp_path: Path) -> CameraTree:
    return CameraTree(tmp_path)


def _only(tree: CameraTree) -> UsbDevice:
    (found,) = plugged(tree.roots)
    return found


def test_ids_strings_and_speed_are_read(tree: CameraTree) -> None:
    tree.usb("1-4", device(_VIDEO), _XHCI, idVendor="046D", serial="7F\x1b", speed="5000")
    found = _only(tree)
    assert found.id == UsbId("046d", "0102", "0123")
    assert (found.serial, found.speed_mbps) == ("7F\\x1b", 5000.0)


def test_a_speed_that_is_no_number_is_no_speed(tree: CameraTree) -> None:
    tree.usb("1-4", device(_VIDEO), _XHCI, speed="unknown")
    assert _only(tree).speed_mbps is None


def test_the_driver_is_that_of_a_video_interface(tree: CameraTree) -> None:
    path = tree.usb("1-4", device(_VIDEO, interface(2, 1, 1)), _XHCI)
    tree.interface(path, 2, "snd-usb-audio")
    assert _only(tree).driver is None
    tree.interface(path, 1, "uvcvideo")
    assert _only(tree).driver == "uvcvideo"


def test_usb3_vision_counts_without_any_driver(tree: CameraTree) -> None:
    tree.usb("1-4", device(interface(0, 0xEF, 0x05)), _XHCI)
    found = _only(tree)
    assert found.is_video
    assert found.modes == ()


def test_a_vendor_specific_camera_is_known_by_its_ids(tree: CameraTree) -> None:
    path = tree.usb("1-4", device(interface(0, 0xFF, 0)), _XHCI, idVendor="09cb", idProduct="1996")
    tree.interface(path, 0, "seekdrv")
    found = _only(tree)
    assert found.is_video
    assert found.driver == "seekdrv"


def test_another_vendor_specific_device_is_no_camera(tree: CameraTree) -> None:
    tree.usb("1-4", device(interface(0, 0xFF, 0)), _XHCI)
    assert _only(tree).is_video is False


def test_what_the_descriptors_hold_unreadably_is_unread_and_not_absent(tree: CameraTree) -> None:
    strange = Format(UNCOMPRESSED, (Frame(64, 64),), guid=bytes(range(16)))
    tree.usb("1-4", device(function(0, (strange,))), _XHCI)
    (unread,) = _only(tree).unread
    assert unread.field == "descriptorModes"


def test_descriptors_that_are_missing_leave_open_what_the_device_is(tree: CameraTree) -> None:
    path = tree.usb("1-4", device(_VIDEO), _XHCI)
    (tree.root / path / "descriptors").unlink()
    found = _only(tree)
    assert found.is_video is None
    assert [item.field for item in found.unread] == ["descriptorModes"]


def test_root_hubs_and_interfaces_are_no_devices_and_a_keyboard_no_video(tree: CameraTree) -> None:
    path = tree.usb("1-3", device(interface(0, 3, 1)), _XHCI)
    tree.link("sys/bus/usb/devices/1-3:1.0", tree.interface(path, 0, "usbhid"))
    tree.link("sys/bus/usb/devices/usb1", f"{_XHCI}/usb1")
    assert _only(tree).is_video is False
