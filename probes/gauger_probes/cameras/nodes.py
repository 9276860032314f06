"""Lists the video nodes that the kernel made, and where in the device tree each belongs.

Reads sys/class/video4linux and opens nothing. Radio, VBI and sub-device nodes are no camera's and
have names of their own, so only ``videoN`` counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, exists, read_int, read_text

NODES = "sys/class/video4linux"

#: Where the kernel puts nodes that no device stands behind (v4l2loopback, akvcam).
DRIVER_MADE = PurePosixPath("sys/devices/virtual")


@dataclass(frozen=True, slots=True)
class DeviceNumber:
    """The number that the kernel gave a node; ``/dev`` must agree before it is asked."""

    major: int
    minor: int


@dataclass(frozen=True, slots=True)
class VideoNode:
    """One /dev/videoN as sysfs lists it; ``place`` is the directory of the device above it."""

    name: str
    label: str | None
    index: int | None
    number: DeviceNumber | None
    place: str

    @property
    def path(self) -> str:
        """The node's path under /dev."""
        return f"/dev/{self.name}"


def video_nodes(roots: Roots) -> tuple[VideoNode, ...]:
    """Return every video node in the order of its number; nothing where V4L2 is not loaded."""
    names = [name for name in entries(roots, NODES) if re.fullmatch(r"video\d{1,5}", name)]
    names.sort(key=lambda name: int(name.removeprefix("video")))
    return tuple(_node(roots, name) for name in names)


def _node(roots: Roots, name: str) -> VideoNode:
    path = f"{NODES}/{name}"
    number = re.fullmatch(r"(\d{1,6}):(\d{1,8})", read_text(roots, f"{path}/dev") or "")
    return VideoNode(
        name=name,
        label=read_text(roots, f"{path}/name"),
        index=read_int(roots, f"{path}/index", 10),
        number=DeviceNumber(int(number[1]), int(number[2])) if number else None,
        place=_place(roots, path),
    )


def _place(roots: Roots, path: str) -> str:
    if exists(roots, f"{path}/device"):
        return roots.resolve(f"{path}/device").relative_to(roots.root).as_posix()
    real = roots.resolve(path).relative_to(roots.root)
    under_device = real.parent.name == "video4linux" and not real.is_relative_to(DRIVER_MADE)
    return (real.parent.parent if under_device else real).as_posix()
