"""The cameras of the rig: layouts of real models, and cameras that break their word.

Formats, sizes and intervals follow what those models' descriptors hold (Logitech C270 and C920,
PureThermal with a FLIR Lepton); all stream over one bulk endpoint, which needs no bus clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from usbip import core
from usbip.device import USBDevice

from support.usb_descriptors import (
    BASE_GUID_TAIL,
    FRAME_BASED,
    MJPEG,
    UNCOMPRESSED,
    Format,
    Frame,
    extension_unit,
    function,
)
from vm.guest.machine import pull
from vm.guest.paced import Behaviour, Painter, Stream
from vm.guest.painters import native, thermal, upscaled

#: The unit by which such cameras set up their H.264 stream (USB_Video_Payload_H_264_1.0).
_H264_UNIT = bytes.fromhex("41769ea204dee347 8b2bf4341aff003b")
_RATES = (30, 24, 20, 15, 10, 5)
_TEN = (1_000_000,)
_THIRTY = (333_333,)
#: Fast enough for 120 frames in the few seconds that the agent gives a mode.
_FORTY = (250_000,)
_HONEST = Behaviour()


@dataclass(frozen=True)
class StreamingCamera:
    """A camera with one video function that sends what ``paint`` makes."""

    product: str
    formats: tuple[Format, ...]
    paint: Painter = native
    behaviour: Behaviour = _HONEST
    vendor: int = 0x1D6B
    product_id: int = 0x0102
    serial: str | None = None
    units: bytes = b""
    interfaces: int = 2

    def device(self, port: int) -> USBDevice:
        """Return the device side; its plug in port 1-``port`` is the one that it may pull."""
        device = USBDevice(
            self.vendor,
            self.product_id,
            product=self.product,
            manufacturer="Gauger rig",
            serial=self.serial or f"RIG-{port}",
            device_class=0xEF,
            device_subclass=2,
            device_protocol=1,
        )
        device.set_speed(core.SPEED_HIGH)
        stream = Stream(self.formats, self.paint, self.behaviour, partial(pull, port))
        group = device.add_group()
        for _ in range(self.interfaces):
            group.claim_interface()
        group.add(function(0, self.formats, units=self.units))
        device.route_endpoint(stream.endpoint)
        device.on_control(None, stream.answer)
        return device


def _frames(sizes: str, rates: tuple[int, ...] = _RATES) -> tuple[Frame, ...]:
    intervals = tuple(10_000_000 // rate for rate in rates)
    pairs = (size.split("x") for size in sizes.split())
    return tuple(Frame(int(width), int(height), intervals) for width, height in pairs)


def _raw(fourcc: bytes, frames: tuple[Frame, ...], bits: int = 16) -> Format:
    return Format(UNCOMPRESSED, frames, guid=fourcc + BASE_GUID_TAIL, bits=bits)


def _plain(size: str, interval: int = _TEN[0]) -> tuple[Format, ...]:
    width, height = size.split("x")
    return (_raw(b"YUY2", (Frame(int(width), int(height), (interval,)),)),)


_WEBCAM = (
    _raw(
        b"YUY2",
        _frames(
            "640x480 160x120 176x144 320x176 320x240 352x288 432x240 544x288 640x360 752x416 "
            "800x448 800x600"
        )
        + _frames("960x720 1280x720", (10, 5))
        + _frames("1280x960", (5,)),
    ),
    Format(MJPEG, _frames("640x480 320x240 800x600 960x720 1280x720 1280x960")),
)
_STREAMER = (
    _raw(b"YUY2", _frames("640x480 160x90 320x240 640x360 864x480") + _frames("1280x720", (10, 5))),
    Format(FRAME_BASED, _frames("640x480 1280x720 1920x1080"), guid=b"H264" + BASE_GUID_TAIL),
    Format(MJPEG, _frames("640x480 1280x720 1920x1080")),
)
_NINE_HERTZ = (1_111_111,)
_ELEMENTS = (Frame(160, 120, _NINE_HERTZ), Frame(160, 122, _NINE_HERTZ))
_THERMAL = (
    _raw(b"UYVY", _ELEMENTS[:1]),
    _raw(b"Y16 ", _ELEMENTS),
    _raw(b"Y8  ", _ELEMENTS[:1], bits=8),
    _raw(b"RGBP", _ELEMENTS[:1]),
)
_LIAR = (_raw(b"YUY2", _frames("640x480", (5,))),)
_BOTH = (*_plain("320x240"), Format(MJPEG, (Frame(3840, 2160, _TEN),)))

#: What a hostile device would like a terminal to do: clear itself, and change its title.
ESCAPES = "\x1b[2J\x1b]0;owned\x07Eye"

WORKING = (
    StreamingCamera("HD Webcam C270", _WEBCAM, vendor=0x046D, product_id=0x0825),
    StreamingCamera(
        "HD Pro Webcam C920",
        _STREAMER,
        vendor=0x046D,
        product_id=0x082D,
        units=extension_unit(3, _H264_UNIT),
    ),
    StreamingCamera("PureThermal", _THERMAL, thermal, vendor=0x1E4E, product_id=0x0100),
    StreamingCamera("Rig liar", _LIAR, upscaled),
    StreamingCamera("Rig paced", _plain("160x120", *_FORTY)),
    StreamingCamera("Rig slow", _plain("160x120", *_THIRTY), behaviour=Behaviour(rate=1 / 3)),
    StreamingCamera("Rig repeater", _plain("160x120"), behaviour=Behaviour(repeat_every=3)),
    StreamingCamera("Rig skipper", _plain("160x120"), behaviour=Behaviour(skip_every=4)),
    StreamingCamera("Rig loser", _plain("160x120"), behaviour=Behaviour(lose_every=3)),
    StreamingCamera("Rig staller", _plain("160x120"), behaviour=Behaviour(stall_after=20)),
    StreamingCamera(ESCAPES, _plain("160x120")),
)
UNBOUND = StreamingCamera("Rig unbound", _BOTH)
DEAUTHORISED = StreamingCamera("Rig deauthorised", _BOTH)
UNPLUGGED = StreamingCamera(
    "Rig unplugged", _plain("160x120"), behaviour=Behaviour(unplug_after=15)
)
