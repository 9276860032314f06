"""Lists the cameras that the kernel knows, one entry for each physical (or virtual) device.

sys/class/video4linux gives the nodes; a node's place in the device tree says which device it
belongs to, so that the colour, infrared and metadata nodes of one camera become one entry. USB
cameras without a node are added from their descriptors. Nothing is opened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from gauger_probes.cameras.nodes import DRIVER_MADE, VideoNode, video_nodes
from gauger_probes.cameras.sysfs_usb import UsbDevice, plugged, read_device
from gauger_probes.evidence.camera import Camera, Node
from gauger_probes.roots import Roots
from gauger_probes.sysfs import exists, link_name

#: Drivers that make the picture themselves: the kernel's test drivers and the loopback modules.
VIRTUAL_DRIVERS = frozenset({"vivid", "vimc", "v4l2 loopback", "v4l2loopback", "akvcam"})

_ROOT_HUB = re.compile(r"usb\d+")
_PORT = re.compile(r"\d+-\d+(\.\d+)*")
_PCI = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")


@dataclass(frozen=True, slots=True)
class _Owner:
    bus: str
    address: str
    path: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The cameras; the link speed of those on USB, in Mbit/s by port; and what stayed unknown.

    ``unknown`` holds the ports of USB devices that may be cameras: nothing says what they are.
    """

    cameras: tuple[Camera, ...]
    link_mbps: Mapping[str, float]
    unknown: tuple[str, ...]


def list_cameras(roots: Roots) -> Listing:
    """Return the cameras under ``roots``, those with nodes first."""
    groups: dict[_Owner, list[VideoNode]] = {}
    for node in video_nodes(roots):
        groups.setdefault(_owner(roots, node), []).append(node)
    with_nodes = {owner.path for owner in groups}
    usb = {device.path: device for device in plugged(roots)}
    found = [
        _usb_camera(usb.get(owner.path) or read_device(roots, owner.path), nodes)
        if owner.bus == "usb"
        else _camera(roots, owner, nodes)
        for owner, nodes in groups.items()
    ]
    others = [device for path, device in usb.items() if path not in with_nodes]
    found += [_usb_camera(device, []) for device in others if device.is_video]
    return Listing(
        cameras=tuple(_told_apart(found)),
        link_mbps=_speeds(usb.values(), {camera.address for camera in found}),
        unknown=tuple(device.port for device in others if device.is_video is None),
    )


def _speeds(devices: Iterable[UsbDevice], ports: Container[str]) -> dict[str, float]:
    known = ((device.port, device.speed_mbps) for device in devices if device.port in ports)
    return {port: speed for port, speed in known if speed is not None}


def _owner(roots: Roots, node: VideoNode) -> _Owner:
    place = PurePosixPath(node.place)
    parts = place.parts
    usb = _usb_depth(parts)
    if usb:
        return _Owner("usb", parts[usb - 1], "/".join(parts[:usb]))
    bus = link_name(roots, f"{node.place}/subsystem")
    if bus in ("i2c", "spi"):
        return _Owner(bus, place.name, node.place)
    functions = [depth for depth, part in enumerate(parts, 1) if _PCI.fullmatch(part)]
    if functions:
        return _Owner("pci", parts[functions[-1] - 1], "/".join(parts[: functions[-1]]))
    if place.is_relative_to(DRIVER_MADE):
        return _Owner("virtual", place.name, node.place)
    return _Owner("platform", place.name, node.place)


def _usb_depth(parts: tuple[str, ...]) -> int:
    """Return how many parts lead to the innermost USB device, 0 where there is none.

    Only ports that follow a root hub count: an I2C device's name (``10-0036``) looks alike.
    """
    hubs = [depth for depth, part in enumerate(parts, 1) if _ROOT_HUB.fullmatch(part)]
    if not hubs:
        return 0
    depth = hubs[-1]
    while depth < len(parts) and _PORT.fullmatch(parts[depth]):
        depth += 1
    return depth if depth > hubs[-1] else 0


def _usb_camera(device: UsbDevice, nodes: list[VideoNode]) -> Camera:
    driver = device.driver
    ids = f"{device.id.vendor}:{device.id.product}" if device.id else "????:????"
    return Camera(
        id=f"usb-{ids}-{device.serial or device.port}",
        bus="usb",
        address=device.port,
        usb=device.id,
        name=device.product or (nodes[0].label if nodes else None),
        manufacturer=device.manufacturer,
        serial=device.serial,
        driver=driver,
        bound=bool(nodes) or driver is not None,
        virtual=False,
        remote=device.remote,
        nodes=_asked_later(nodes),
        descriptor_modes=device.modes,
        source=_source(device.path),
        unread=device.unread,
        link_bits_per_s=None if device.speed_mbps is None else device.speed_mbps * 1e6,
    )


def _camera(roots: Roots, owner: _Owner, nodes: list[VideoNode]) -> Camera:
    driver = link_name(roots, f"{owner.path}/driver") or _loopback(roots, owner)
    return Camera(
        id=f"{owner.bus}-{owner.address}",
        bus=owner.bus,
        address=owner.address,
        usb=None,
        name=nodes[0].label,
        manufacturer=None,
        serial=None,
        driver=driver,
        bound=True,
        virtual=owner.bus == "virtual" or driver in VIRTUAL_DRIVERS,
        remote=False,
        nodes=_asked_later(nodes),
        source=_source(owner.path),
    )


def _loopback(roots: Roots, owner: _Owner) -> str | None:
    # Only v4l2loopback adds this attribute to its nodes; the name is the one QUERYCAP gives.
    known = owner.bus == "virtual" and exists(roots, f"{owner.path}/max_openers")
    return "v4l2 loopback" if known else None


def _asked_later(nodes: list[VideoNode]) -> tuple[Node, ...]:
    return tuple(Node(path=node.path, role=None) for node in nodes)


def _source(path: str) -> str:
    return f"sysfs:{path.removeprefix('sys/')}"


def _told_apart(found: list[Camera]) -> Iterator[Camera]:
    """Yield the cameras with ids that differ: some makers give every device one serial."""
    seen = Counter(camera.id for camera in found)
    for camera in found:
        shared = seen[camera.id] > 1 and camera.bus == "usb"
        yield replace(camera, id=f"{camera.id}-{camera.address}") if shared else camera
