"""Makes cameras appear in the guest: kernel modules, and USB cameras made of descriptor bytes.

USB goes over USB/IP from the guest to itself: the device side is the package ``usbip``, and the
kernel's vhci_hcd takes the other end of a local connection, so that uvcvideo sees an ordinary
camera. The cameras negotiate, but never stream.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from struct import pack_into

from usbip import core
from usbip.core import Stall
from usbip.device import USBDevice
from usbip.protocol import client_import

_ATTACH = Path("/sys/devices/platform/vhci_hcd.0/attach")
_PORT = 3240
#: ``enum usb_device_speed`` of the kernel: USB_SPEED_HIGH.
_HIGH_SPEED = 3
_PROBE_CONTROLS = (1, 2)
_SET_CUR, _GET_LEN, _GET_INFO = 0x01, 0x85, 0x86


@dataclass(frozen=True)
class FakeCamera:
    """A camera to plug: its strings, and the blocks of its one configuration."""

    product: str
    serial: str | None
    interfaces: int
    blocks: bytes
    vendor: int = 0x1D6B
    product_id: int = 0x0102


def plug_all(cameras: list[FakeCamera]) -> None:
    """Plug the cameras into the ports 1-1, 1-2 …; return when all have their nodes."""
    for at, camera in enumerate(cameras, 1):
        device = _device(camera)
        device.set_busid(f"1-{at}")
        device.plug()
    wait_for(_listens, "the USB/IP server")
    for at, camera in enumerate(cameras, 1):
        _attach(at)
        wait_for(partial(_has_nodes, at, camera.interfaces), f"the camera at port 1-{at}")


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


def _device(camera: FakeCamera) -> USBDevice:
    device = USBDevice(
        camera.vendor,
        camera.product_id,
        product=camera.product,
        manufacturer="Gauger tests",
        serial=camera.serial,
        device_class=0xEF,
        device_subclass=2,
        device_protocol=1,
    )
    device.set_speed(core.SPEED_HIGH)
    group = device.add_group()
    for _ in range(camera.interfaces):
        group.claim_interface()
    group.add(camera.blocks)
    device.on_control(None, _Negotiation().answer)
    return device


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
    _ATTACH.write_text(f"{port - 1} {connection.fileno()} {number} {_HIGH_SPEED}")
    # The kernel holds the connection from here on; closing ours would not end it.
    connection.detach()
