"""The part of the V4L2 kernel interface that lists what a video node offers.

Layouts and numbers follow the kernel's uapi documentation (VIDIOC_QUERYCAP, VIDIOC_ENUM_FMT,
VIDIOC_ENUM_FRAMESIZES, VIDIOC_ENUM_FRAMEINTERVALS). Request numbers are computed from the
structures' own sizes, so that they hold for the architecture that runs them.
"""

from __future__ import annotations

import ctypes
import platform
from enum import IntEnum, IntFlag

_U32 = ctypes.c_uint32

MACHINE = platform.machine()

#: Architectures whose request numbers give 13 bits to the size and 3 to the direction.
_NARROW_SIZE = ("ppc", "mips", "sparc", "alpha")


class Capabilities(IntFlag):
    """Bits of ``v4l2_capability.device_caps`` that decide what a node is for."""

    VIDEO_CAPTURE = 0x00000001
    VIDEO_OUTPUT = 0x00000002
    VIDEO_CAPTURE_MPLANE = 0x00001000
    VIDEO_OUTPUT_MPLANE = 0x00002000
    VIDEO_M2M_MPLANE = 0x00004000
    VIDEO_M2M = 0x00008000
    META_CAPTURE = 0x00800000
    META_OUTPUT = 0x08000000
    DEVICE_CAPS = 0x80000000


class BufferType(IntEnum):
    """Which queue of a node is asked for its formats."""

    VIDEO_CAPTURE = 1
    VIDEO_CAPTURE_MPLANE = 9


class ListType(IntEnum):
    """How a size or an interval is described."""

    DISCRETE = 1
    CONTINUOUS = 2
    STEPWISE = 3


class Capability(ctypes.Structure):
    """``struct v4l2_capability``."""

    _fields_ = (
        ("driver", ctypes.c_char * 16),
        ("card", ctypes.c_char * 32),
        ("bus_info", ctypes.c_char * 32),
        ("version", _U32),
        ("capabilities", _U32),
        ("device_caps", _U32),
        ("reserved", _U32 * 3),
    )


class FormatDescription(ctypes.Structure):
    """``struct v4l2_fmtdesc``."""

    _fields_ = (
        ("index", _U32),
        ("type", _U32),
        ("flags", _U32),
        ("description", ctypes.c_char * 32),
        ("pixelformat", _U32),
        ("mbus_code", _U32),
        ("reserved", _U32 * 3),
    )


class FrameSize(ctypes.Structure):
    """``struct v4l2_frmsizeenum``; a discrete size is ``values[0:2]``.

    Else ``values`` is minimum, maximum and step of the width, then of the height.
    """

    _fields_ = (
        ("index", _U32),
        ("pixel_format", _U32),
        ("type", _U32),
        ("values", _U32 * 6),
        ("reserved", _U32 * 2),
    )


class FrameInterval(ctypes.Structure):
    """``struct v4l2_frmivalenum``; a discrete interval is ``values[0:2]``, a fraction.

    Else ``values`` is minimum, maximum and step, each a fraction of a second.
    """

    _fields_ = (
        ("index", _U32),
        ("pixel_format", _U32),
        ("width", _U32),
        ("height", _U32),
        ("type", _U32),
        ("values", _U32 * 6),
        ("reserved", _U32 * 2),
    )


def request(
    structure: type[ctypes.Structure],
    number: int,
    *,
    write: bool,
    read: bool = True,
    machine: str = MACHINE,
) -> int:
    """Return the ioctl request that hands ``structure`` to V4L2's call ``number``.

    ``write`` says that the kernel is given something, ``read`` that it answers. ``machine`` is
    the architecture as ``uname -m`` names it. Formula: ``_IOC`` of the kernel's asm/ioctl.h.
    """
    narrow = machine.startswith(_NARROW_SIZE)
    read_bit, write_bit, shift = (2, 4, 29) if narrow else (2, 1, 30)
    direction = (read_bit if read else 0) | (write_bit if write else 0)
    return direction << shift | ctypes.sizeof(structure) << 16 | ord("V") << 8 | number


QUERYCAP = request(Capability, 0, write=False)
ENUM_FMT = request(FormatDescription, 2, write=True)
ENUM_FRAMESIZES = request(FrameSize, 74, write=True)
ENUM_FRAMEINTERVALS = request(FrameInterval, 75, write=True)
