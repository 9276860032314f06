"""The part of the V4L2 kernel interface that sets a format and moves frames.

Layouts and numbers follow the kernel's uapi documentation (VIDIOC_S_FMT, VIDIOC_S_PARM,
VIDIOC_REQBUFS, VIDIOC_QUERYBUF, VIDIOC_QBUF, VIDIOC_STREAMON). Members that are pointers or
``long`` in the header are so here, so that sizes hold for the architecture that runs them.
"""

from __future__ import annotations

import ctypes
from enum import IntFlag

from gauger_probes.cameras.v4l2_abi import request

_U8, _U16, _U32 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32

#: ``V4L2_MEMORY_MMAP``: the driver's buffers are mapped into this process.
MEMORY_MMAP = 1
#: ``VIDEO_MAX_PLANES``.
MAX_PLANES = 8
#: ``V4L2_CAP_TIMEPERFRAME`` of ``v4l2_captureparm.capability``: the interval can be set.
CAN_SET_INTERVAL = 0x1000


class BufferFlags(IntFlag):
    """Bits of ``v4l2_buffer.flags`` that say how a frame came out, and what its time is."""

    ERROR = 0x00000040
    LAST = 0x00100000
    TIMESTAMP_MASK = 0x0000E000
    TIMESTAMP_MONOTONIC = 0x00002000
    TIMESTAMP_COPY = 0x00004000
    TIMESTAMP_AT_EXPOSURE = 0x00010000


class PixFormat(ctypes.Structure):
    """``struct v4l2_pix_format``."""

    _fields_ = tuple(
        (name, _U32)
        for name in (
            *("width", "height", "pixelformat", "field", "bytesperline", "sizeimage"),
            *("colorspace", "priv", "flags", "ycbcr_enc", "quantization", "xfer_func"),
        )
    )


class PlaneFormat(ctypes.Structure):
    """``struct v4l2_plane_pix_format``."""

    _pack_ = 1
    _fields_ = (("sizeimage", _U32), ("bytesperline", _U32), ("reserved", _U16 * 6))


class PixFormatMplane(ctypes.Structure):
    """``struct v4l2_pix_format_mplane``."""

    _pack_ = 1
    _fields_ = (
        ("width", _U32),
        ("height", _U32),
        ("pixelformat", _U32),
        ("field", _U32),
        ("colorspace", _U32),
        ("plane_fmt", PlaneFormat * MAX_PLANES),
        ("num_planes", _U8),
        ("rest", _U8 * 11),
    )


class _FormatUnion(ctypes.Union):
    _fields_ = (
        ("pix", PixFormat),
        ("pix_mp", PixFormatMplane),
        ("raw_data", _U8 * 200),
        ("pointer", ctypes.c_void_p),  # v4l2_window holds some: they align the union
    )


class Format(ctypes.Structure):
    """``struct v4l2_format``."""

    _fields_ = (("type", _U32), ("fmt", _FormatUnion))


class StreamParameters(ctypes.Structure):
    """``struct v4l2_streamparm`` with ``v4l2_captureparm`` spelt out.

    The interval is ``numerator / denominator`` seconds.
    """

    _fields_ = (
        ("type", _U32),
        ("capability", _U32),
        ("capturemode", _U32),
        ("numerator", _U32),
        ("denominator", _U32),
        ("extendedmode", _U32),
        ("readbuffers", _U32),
        ("rest", _U8 * 176),
    )


class BufferRequest(ctypes.Structure):
    """``struct v4l2_requestbuffers``."""

    _fields_ = (
        ("count", _U32),
        ("type", _U32),
        ("memory", _U32),
        ("capabilities", _U32),
        ("rest", _U32),
    )


class Time(ctypes.Structure):
    """``struct timeval`` as the kernel interface of this architecture has it."""

    _fields_ = (("seconds", ctypes.c_long), ("microseconds", ctypes.c_long))


class _PlanePlace(ctypes.Union):
    _fields_ = (("mem_offset", _U32), ("userptr", ctypes.c_ulong), ("fd", ctypes.c_int32))


class Plane(ctypes.Structure):
    """``struct v4l2_plane``."""

    _fields_ = (
        ("bytesused", _U32),
        ("length", _U32),
        ("m", _PlanePlace),
        ("data_offset", _U32),
        ("reserved", _U32 * 11),
    )


class _BufferPlace(ctypes.Union):
    _fields_ = (
        ("offset", _U32),
        ("userptr", ctypes.c_ulong),
        ("planes", ctypes.POINTER(Plane)),
        ("fd", ctypes.c_int32),
    )


class Buffer(ctypes.Structure):
    """``struct v4l2_buffer``."""

    _fields_ = (
        ("index", _U32),
        ("type", _U32),
        ("bytesused", _U32),
        ("flags", _U32),
        ("field", _U32),
        ("timestamp", Time),
        ("timecode", _U32 * 4),
        ("sequence", _U32),
        ("memory", _U32),
        ("m", _BufferPlace),
        ("length", _U32),
        ("reserved2", _U32),
        ("request_fd", ctypes.c_int32),
    )


class QueueType(ctypes.Structure):
    """The ``int`` that VIDIOC_STREAMON and VIDIOC_STREAMOFF take."""

    _fields_ = (("value", ctypes.c_int),)


G_FMT = request(Format, 4, write=True)
S_FMT = request(Format, 5, write=True)
REQBUFS = request(BufferRequest, 8, write=True)
QUERYBUF = request(Buffer, 9, write=True)
QBUF = request(Buffer, 15, write=True)
DQBUF = request(Buffer, 17, write=True)
STREAMON = request(QueueType, 18, write=True, read=False)
STREAMOFF = request(QueueType, 19, write=True, read=False)
G_PARM = request(StreamParameters, 21, write=True)
S_PARM = request(StreamParameters, 22, write=True)
