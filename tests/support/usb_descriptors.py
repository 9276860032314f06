"""Builds USB descriptors of cameras, for tests that need a camera's claims without a camera.

Written from the USB Video Class specification alone and apart from the parser, so that the two
can disagree. The same bytes feed the parser's tests and the cameras that a test machine plugs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack

BASE_GUID_TAIL = bytes.fromhex("00001000800000aa00389b71")

UNCOMPRESSED, MJPEG, FRAME_BASED = 0x04, 0x06, 0x10


@dataclass(frozen=True)
class Frame:
    """A size in pixels with its intervals in units of 100 ns; three of them if ``continuous``."""

    width: int
    height: int
    intervals: tuple[int, ...] = (333_333,)
    continuous: bool = False


@dataclass(frozen=True)
class Format:
    """A format block (``UNCOMPRESSED``, ``MJPEG`` or ``FRAME_BASED``) with its frames.

    ``bits`` is what a pixel takes where the format is not compressed.
    """

    kind: int
    frames: tuple[Frame, ...]
    guid: bytes = b"YUY2" + BASE_GUID_TAIL
    bits: int = 16


def class_specific(subtype: int, body: bytes) -> bytes:
    """Return one class-specific interface block."""
    return bytes((len(body) + 3, 0x24, subtype)) + body


def interface(
    number: int, class_: int, subclass: int, *, endpoints: int = 0, alternate: int = 0
) -> bytes:
    """Return one interface descriptor."""
    return bytes((9, 4, number, alternate, endpoints, class_, subclass, 0, 0))


def frame(kind: int, index: int, shape: Frame, bits: int = 16) -> bytes:
    """Return the frame block of a format of type ``kind``."""
    count = 0 if shape.continuous else len(shape.intervals)
    intervals = b"".join(pack("<I", interval) for interval in shape.intervals)
    head = pack("<BBHHII", index, 0, shape.width, shape.height, 1, 1)
    default = shape.intervals[0]
    if kind == FRAME_BASED:
        rest = pack("<IBI", default, count, 0)
    else:
        rest = pack("<IIB", shape.width * shape.height * bits // 8, default, count)
    return class_specific(kind + 1, head + rest + intervals)


def format_block(index: int, shape: Format) -> bytes:
    """Return a format block alone."""
    head = bytes((index, len(shape.frames)))
    if shape.kind == MJPEG:
        return class_specific(MJPEG, head + bytes((0, 1, 0, 0, 0, 0)))
    tail = bytes((shape.bits, 1, 0, 0, 0, 0)) + (b"\0" if shape.kind == FRAME_BASED else b"")
    return class_specific(shape.kind, head + shape.guid + tail)


def streaming(
    number: int, formats: tuple[Format, ...], *, address: int = 0x81, blocks_last: bool = False
) -> bytes:
    """Return a streaming interface with one bulk endpoint.

    ``blocks_last`` puts the class-specific blocks behind the endpoint, as some cameras do.
    """
    body = b""
    for at, shape in enumerate(formats, 1):
        body += format_block(at, shape)
        body += b"".join(
            frame(shape.kind, i, item, shape.bits) for i, item in enumerate(shape.frames, 1)
        )
        if shape.kind != FRAME_BASED:
            body += class_specific(0x0D, bytes((1, 1, 4)))
    total = 13 + len(formats) + len(body)
    header = pack("<BHBBBBBBB", len(formats), total, address, 0, 2, 0, 0, 0, 1)
    blocks = class_specific(0x01, header + bytes(len(formats))) + body
    endpoint = bytes((7, 5, address, 2)) + pack("<HB", 512, 0)
    parts = (endpoint, blocks) if blocks_last else (blocks, endpoint)
    return interface(number, 0x0E, 0x02, endpoints=1) + b"".join(parts)


def control(number: int, streams: tuple[int, ...], units: bytes = b"") -> bytes:
    """Return a control interface whose camera feeds the streaming interfaces ``streams``.

    ``units`` are blocks of further units, which hang on terminal 1.
    """
    terminals = class_specific(0x02, pack("<BHBBHHHB", 1, 0x0201, 0, 0, 0, 0, 0, 3) + bytes(3))
    terminals += class_specific(0x03, pack("<BHBBB", 2, 0x0101, 0, 1, 0)) + units
    size = 12 + len(streams) + len(terminals)
    header = pack("<HHIB", 0x0110, size, 48_000_000, len(streams)) + bytes(streams)
    return interface(number, 0x0E, 0x01) + class_specific(0x01, header) + terminals


def association(first: int, count: int) -> bytes:
    """Return the descriptor that joins ``count`` interfaces into one video function."""
    return bytes((8, 0x0B, first, count, 0x0E, 0x03, 0, 0))


def extension_unit(number: int, guid: bytes) -> bytes:
    """Return an extension unit behind terminal 1, with one control, which nothing answers for."""
    return class_specific(0x06, bytes((number,)) + guid + bytes((1, 1, 1, 1, 0x01, 0)))


def function(
    first: int, formats: tuple[Format, ...], *, blocks_last: bool = False, units: bytes = b""
) -> bytes:
    """Return a whole video function: control interface ``first``, streaming ``first + 1``."""
    address = 0x81 + first // 2
    stream = streaming(first + 1, formats, address=address, blocks_last=blocks_last)
    return association(first, 2) + control(first, (first + 1,), units) + stream


def device(*blocks: bytes, vendor: int = 0x1D6B, product: int = 0x0102) -> bytes:
    """Return what sysfs holds for a device with one configuration made of ``blocks``."""
    body = b"".join(blocks)
    head = bytes((18, 1)) + pack("<HBBBBHHH", 0x0200, 0xEF, 2, 1, 64, vendor, product, 0x0100)
    configuration = bytes((9, 2)) + pack("<HBBBBB", 9 + len(body), 2, 1, 0, 0x80, 250)
    return head + bytes((1, 2, 3, 1)) + configuration + body
