"""Makes cameras appear in the guest: kernel modules, and USB cameras made of descriptor bytes.

USB goes over USB/IP from the guest to itself: the device side is the package ``usbip``, and the
kernel's vhci_hcd takes the other end of a local connection, so that uvcvideo sees an ordinary
camera. A ``FakeCamera`` negotiates, but never streams.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from struct import pack_into
from typing import Protocol

from usbip import core
from usbip.core import Stall
from usbip.device import USBDevice
from usbip.protocol import client_import

_HOST = Path("/sys/devices/platform/vhci_hcd.0")
_DRIVER = Path("/sys/bus/usb/drivers/uvcvideo")
_PORT = 3240
#: ``enum usb_device_speed`` of the kernel: USB_SPEED_HIGH.
_HIGH_SPEED = 3
_PROBE_CONTROLS = (1, 2)
_SET_CUR, _GET_LEN, _GET_INFO = 0x01, 0x85, 0x86


class Pluggable(Protocol):
    """A camera that can be plugged: how many interfaces it has, and its device side."""

    @property
    def interfaces(self) -> int:
        """Control and streaming interfaces together, two for each function."""

    def device(self, port: int) -> USBDevice:
        """Return the device side, to be plugged into port 1-``port``."""


@dataclass(frozen=True)
class FakeCamera:
    """A camera to plug: its strings, and the blocks of its one configuration."""

    product: str
    serial: str | None
    interfaces: int
    blocks: bytes
    vendor: int = 0x1D6B
    product_id: int = 0x0102

    def device(self, port: int) -> USBDevice:
        """Return the device side, which is the same in every port."""
        del port
        device = USBDevice(
            self.vendor,
            self.product_id,
            product=self.product,
            manufacturer="Gauger tests",
            serial=self.serial,
            device_class=0xEF,
            device_subclass=2,
            device_protocol=1,
        )
        device.set_speed(core.SPEED_HIGH)
        group = device.add_group()
        for _ in range(self.interfaces):
            group.claim_interface()
        group.add(self.blocks)
        device.on_control(None, _Negotiation().answer)
        return device


def plug_all(cameras: Sequence[Pluggable], first: int = 1) -> None:
    """Plug the cameras into the ports 1-``first`` …; return when all have their nodes."""
    for port, camera in enumerate(cameras, first):
        device = camera.device(port)
        device.set_busid(f"1-{port}")
        device.plug()
    wait_for(_listens, "the USB/IP server")
    for port, camera in enumerate(cameras, first):
        _attach(port)
        wait_for(partial(_has_nodes, port, camera.interfaces), f"the camera at port 1-{port}")


def pull(port: int) -> None:
    """Pull the plug of the camera at port 1-``port``."""
    (_HOST / "detach").write_text(str(port - 1))


def unbind(port: int) -> None:
    """Take the camera at port 1-``port`` from its driver, as an administrator does by sysfs."""
    (_DRIVER / "unbind").write_text(f"1-{port}:1.0")
    wait_for(partial(_has_nodes, port, 0), f"the end of the nodes of 1-{port}")


def _has_nodes(port: int, count: int) -> bool:
    # Two for each streaming interface, pictures and metadata; the control interfaces have none.
    nodes = Path(f"/sys/bus/usb/devices/1-{port}").glob("*/video4linux/video*")
    return len(list(nodes)) == count


def load(module: str, *options: str) -> None:
    """Load a kernel module."""
    subprocess.run(["modprobe", module, *options], check=True)


def unplug_drivers(port: str) -> None:
    """De-authorise the device at ``port``: it stays plugged, and no driver may have it."""
    Path(f"/sys/bus/usb/devices/{port}/authorized").write_text("0")
    interface = Path(f"/sys/bus/usb/devices/{port}:1.0")
    wait_for(lambda: not interface.exists(), f"the end of {interface.name}")


def wait_for(condition: Callable[[], bool], what: str, limit_s: float = 20.0) -> None:
    """Wait until ``condition`` holds.

    Raises:
        TimeoutError: it does not within ``limit_s`` seconds.
    """
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come up")
        time.sleep(0.1)


class _Negotiation:
    """Echoes what the driver proposes, as a camera does that accepts everything."""

    def __init__(self) -> None:
        self.current = bytearray(34)
        self.current[2] = self.current[3] = 1
        pack_into("<I", self.current, 4, 333_333)

    def answer(self, setup: core.Setup, data: bytes = b"") -> bytes:
        """Answer one class request; controls of units do not exist here."""
        if setup.wIndex >> 8 or setup.wValue >> 8 not in _PROBE_CONTROLS:
            raise Stall
        if setup.bRequest == _SET_CUR:
            self.current[: len(data)] = data
            pack_into("<II", self.current, 18, 4_147_200, 3_072)
            return b""
        if setup.bRequest == _GET_LEN:
            return len(self.current).to_bytes(2, "little")
        return b"\x03" if setup.bRequest == _GET_INFO else bytes(self.current)


def _listens() -> bool:
    try:
        socket.create_connection(("127.0.0.1", _PORT), 1.0).close()
    except OSError:
        return False
    return True


def _attach(port: int) -> None:
    connection = socket.create_connection(("127.0.0.1", _PORT))
    device = client_import(connection, f"1-{port}".encode())
    number = device["busnum"] << 16 | device["devnum"]
    (_HOST / "attach").write_text(f"{port - 1} {connection.fileno()} {number} {_HIGH_SPEED}")
    # The kernel holds the connection from here on; closing ours would not end it.
    connection.detach()
