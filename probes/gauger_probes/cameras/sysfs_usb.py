"""Finds cameras on USB from what the kernel keeps of every plugged device.

A device counts as a camera when one of its interface descriptors says USB Video Class or USB3
Vision, or when a list of vendor-specific cameras has its ids. That needs no driver:
``descriptors`` and the strings stay readable by any user while a device is unbound or
de-authorised (Documentation/ABI/testing/sysfs-bus-usb).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gauger_probes.cameras.known_usb import is_known
from gauger_probes.cameras.uvc_descriptors import MAX_BYTES, Descriptors, parse
from gauger_probes.evidence.camera import Mode, UsbId
from gauger_probes.evidence.common import Unread
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, link_name, read_attribute, read_bytes, read_hex, read_text

DEVICES = "sys/bus/usb/devices"

_DEVICE = re.compile(r"\d+-\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """One USB device by its port path (``1-4.2``).

    ``speed_mbps`` is the link as negotiated, in Mbit/s: a camera claims fewer modes on a slower
    one. ``driver`` is that of a video interface; ``remote``: it is plugged in elsewhere and
    attached over USB/IP. ``is_video`` is ``None`` where the descriptors could not be read.
    """

    port: str
    path: str
    id: UsbId | None
    manufacturer: str | None
    product: str | None
    serial: str | None
    speed_mbps: float | None
    driver: str | None
    remote: bool
    is_video: bool | None
    modes: tuple[Mode, ...]
    unread: tuple[Unread, ...]


def plugged(roots: Roots) -> Iterator[UsbDevice]:
    """Yield every plugged device, hubs between them included, driver or not."""
    for name in entries(roots, DEVICES):
        if _DEVICE.fullmatch(name):
            yield read_device(roots, f"{DEVICES}/{name}")


def read_device(roots: Roots, path: str) -> UsbDevice:
    """Return what sysfs says of the USB device at ``path``, whatever its class."""
    real = roots.resolve(path).relative_to(roots.root).as_posix()
    port = real.rpartition("/")[2]
    descriptors, problems = _descriptors(roots, real)
    identity = _id(roots, real)
    known = is_known(identity)
    strings = {
        name: read_attribute(roots, f"{real}/{name}")
        for name in ("manufacturer", "product", "serial")
    }
    return UsbDevice(
        port=port,
        path=real,
        id=identity,
        manufacturer=strings["manufacturer"].text,
        product=strings["product"].text,
        serial=strings["serial"].text,
        speed_mbps=_speed(roots, real),
        driver=_driver(roots, real, port, None if known else _video_interfaces(descriptors)),
        remote="/vhci_hcd" in real,
        is_video=known or (None if descriptors is None else bool(_video_interfaces(descriptors))),
        modes=() if descriptors is None else descriptors.modes,
        unread=problems + tuple(u for found in strings.values() for u in found.unread()),
    )


def _descriptors(roots: Roots, path: str) -> tuple[Descriptors | None, tuple[Unread, ...]]:
    try:
        found = parse(read_bytes(roots, f"{path}/descriptors", MAX_BYTES))
    except OSError as problem:
        return None, (Unread("descriptorModes", problem.strerror or "unreadable"),)
    return found, tuple(Unread("descriptorModes", note) for note in found.notes)


def _video_interfaces(descriptors: Descriptors | None) -> frozenset[int]:
    found = () if descriptors is None else descriptors.interfaces
    return frozenset(interface.number for interface in found if interface.is_video)


def _id(roots: Roots, path: str) -> UsbId | None:
    vendor = read_hex(roots, f"{path}/idVendor", 4)
    product = read_hex(roots, f"{path}/idProduct", 4)
    if vendor is None or product is None:
        return None
    return UsbId(vendor, product, read_hex(roots, f"{path}/bcdDevice", 4))


def _speed(roots: Roots, path: str) -> float | None:
    text = read_text(roots, f"{path}/speed")
    # "1.5" is a low-speed link; anything else than a plain number is no speed.
    return float(text) if text and re.fullmatch(r"\d{1,6}(\.\d)?", text) else None


def _driver(roots: Roots, path: str, port: str, numbers: frozenset[int] | None) -> str | None:
    """The driver of one of the interfaces ``numbers`` (``None``: of any)."""
    for name in entries(roots, path):
        place = re.fullmatch(rf"{re.escape(port)}:\d+\.(\d+)", name)
        if place and (numbers is None or int(place[1]) in numbers):
            driver = link_name(roots, f"{path}/{name}/driver")
            if driver is not None:
                return driver
    return None
