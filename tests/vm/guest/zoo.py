"""The cameras that the test machine plugs in: each has one trait of a real camera.

Sizes, formats and block orders follow what real cameras claim: a plain webcam, an infrared pair
on one plug (laptops), class blocks behind the endpoint (ELP 05a3:8830), frame-based H.264 with a
continuous interval, and a format that no driver knows.
"""

from __future__ import annotations

from support.usb_descriptors import (
    BASE_GUID_TAIL,
    FRAME_BASED,
    MJPEG,
    UNCOMPRESSED,
    Format,
    Frame,
    function,
)
from vm.guest.machine import FakeCamera

_VGA = Frame(640, 480, (333_333, 666_666, 1_000_000))
_WEBCAM = (
    Format(UNCOMPRESSED, (_VGA, Frame(320, 240, (333_333,)), Frame(1280, 720, (1_000_000,)))),
    Format(MJPEG, (Frame(1920, 1080), Frame(1280, 720), _VGA)),
)
_INFRARED = (
    Format(UNCOMPRESSED, (Frame(340, 340),), guid=b"\x32\0\0\0" + BASE_GUID_TAIL),
    Format(UNCOMPRESSED, (Frame(340, 340, (666_666,)),), guid=b"Y16 " + BASE_GUID_TAIL),
)
_ENCODER = (
    Format(FRAME_BASED, (Frame(1920, 1080),), guid=b"H264" + BASE_GUID_TAIL),
    Format(FRAME_BASED, (Frame(3840, 2160, (400_000,)),), guid=b"H265" + BASE_GUID_TAIL),
    Format(
        UNCOMPRESSED,
        (Frame(800, 600, (333_333, 10_000_000, 1), continuous=True),),
        guid=b"NV12" + BASE_GUID_TAIL,
    ),
)
_STRANGE = (
    Format(UNCOMPRESSED, (Frame(64, 64),), guid=bytes(range(16))),
    Format(UNCOMPRESSED, (Frame(160, 120, (1_111_111,)),)),
)

ZOO = [
    FakeCamera("Gauger webcam", "GAUGER-1", 2, function(0, _WEBCAM)),
    FakeCamera("Gauger infrared pair", None, 4, function(0, _WEBCAM) + function(2, _INFRARED)),
    FakeCamera("Gauger late blocks", "SAME", 2, function(0, _WEBCAM, blocks_last=True)),
    FakeCamera("Gauger encoder", "SAME", 2, function(0, _ENCODER)),
    FakeCamera("Gauger strange", "GAUGER-5", 2, function(0, _STRANGE)),
]
