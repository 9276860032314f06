"""The part of the V4L2 kernel interface that describes, reads and sets controls.

Layouts, ids and flags follow the kernel's uapi documentation (VIDIOC_QUERY_EXT_CTRL,
VIDIOC_G_CTRL; "User Controls" and "Camera Control Reference").
"""

from __future__ import annotations

import ctypes
from enum import IntEnum, IntFlag

from gauger_probes.cameras.v4l2_abi import request

_U32, _S64 = ctypes.c_uint32, ctypes.c_int64


class ControlId(IntEnum):
    """The controls that decide what a camera shows and how fast; names as in the header."""

    EXPOSURE = 0x00980911
    AUTOGAIN = 0x00980912
    GAIN = 0x00980913
    EXPOSURE_AUTO = 0x009A0901
    EXPOSURE_ABSOLUTE = 0x009A0902
    #: ``V4L2_CID_EXPOSURE_AUTO_PRIORITY``; drivers call it "Exposure, Dynamic Framerate".
    EXPOSURE_DYNAMIC_FRAMERATE = 0x009A0903
    PAN_ABSOLUTE = 0x009A0908
    TILT_ABSOLUTE = 0x009A0909
    FOCUS_ABSOLUTE = 0x009A090A
    FOCUS_AUTO = 0x009A090C
    ZOOM_ABSOLUTE = 0x009A090D
    PRIVACY = 0x009A0910
    IRIS_ABSOLUTE = 0x009A0911
    #: What infrared emitters with a driver of their own are switched by.
    FLASH_LED_MODE = 0x009C0901
    ANALOGUE_GAIN = 0x009E0903


class ControlFlags(IntFlag):
    """Bits of ``v4l2_query_ext_ctrl.flags``."""

    DISABLED = 0x0001
    READ_ONLY = 0x0004
    INACTIVE = 0x0010
    WRITE_ONLY = 0x0040


class ExposureAuto(IntEnum):
    """Values of ``EXPOSURE_AUTO``."""

    AUTO = 0
    MANUAL = 1
    SHUTTER_PRIORITY = 2
    APERTURE_PRIORITY = 3


class ControlQuery(ctypes.Structure):
    """``struct v4l2_query_ext_ctrl``."""

    _fields_ = (
        ("id", _U32),
        ("type", _U32),
        ("name", ctypes.c_char * 32),
        ("minimum", _S64),
        ("maximum", _S64),
        ("step", ctypes.c_uint64),
        ("default_value", _S64),
        ("flags", _U32),
        ("elem_size", _U32),
        ("elems", _U32),
        ("nr_of_dims", _U32),
        ("dims", _U32 * 4),
        ("reserved", _U32 * 32),
    )


class ControlValue(ctypes.Structure):
    """``struct v4l2_control``."""

    _fields_ = (("id", _U32), ("value", ctypes.c_int32))


G_CTRL = request(ControlValue, 27, write=True)
S_CTRL = request(ControlValue, 28, write=True)
QUERY_EXT_CTRL = request(ControlQuery, 103, write=True)
