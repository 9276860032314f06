"""Reads the class-specific blocks of one USB Video Class streaming interface.

The blocks come in order: a header, then each format followed by its frames. Frame layouts (the
offsets below) follow the USB Video Class specification 1.5, as uvcvideo reads them: intervals
are 32-bit counts of 100 ns, and a count of 0 intervals announces a range instead. Its H.264 and
VP8 payload formats, which uvcvideo leaves out, always list their intervals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from math import gcd
from struct import unpack_from

from gauger_probes.cameras.uvc_formats import pixel_format
from gauger_probes.evidence.camera import Fraction, IntervalRange, Mode

#: Frame intervals are stated in units of 100 ns.
UNITS_PER_SECOND = 10_000_000


class _Block(IntEnum):
    OUTPUT_HEADER = 0x02
    FORMAT_UNCOMPRESSED = 0x04
    FRAME_UNCOMPRESSED = 0x05
    FORMAT_MJPEG = 0x06
    FRAME_MJPEG = 0x07
    FORMAT_MPEG2TS = 0x0A
    FORMAT_DV = 0x0C
    FORMAT_FRAME_BASED = 0x10
    FRAME_FRAME_BASED = 0x11
    FORMAT_STREAM_BASED = 0x12
    FORMAT_H264 = 0x13
    FRAME_H264 = 0x14
    FORMAT_H264_SIMULCAST = 0x15
    FORMAT_VP8 = 0x16
    FRAME_VP8 = 0x17
    FORMAT_VP8_SIMULCAST = 0x18


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a frame keeps its size, the count of its intervals and the intervals themselves."""

    size_at: int
    count_at: int
    intervals_at: int
    may_be_range: bool = True


_FRAMES = {
    _Block.FRAME_UNCOMPRESSED: _Layout(5, 25, 26),
    _Block.FRAME_MJPEG: _Layout(5, 25, 26),
    _Block.FRAME_FRAME_BASED: _Layout(5, 21, 26),
    _Block.FRAME_H264: _Layout(4, 43, 44, may_be_range=False),
    _Block.FRAME_VP8: _Layout(4, 30, 31, may_be_range=False),
}
#: Block type of a format -> its smallest length, the block type of its frames, and its fourcc
#: where it has no GUID.
_FORMATS: dict[_Block, tuple[int, _Block, str | None]] = {
    _Block.FORMAT_UNCOMPRESSED: (27, _Block.FRAME_UNCOMPRESSED, None),
    _Block.FORMAT_MJPEG: (11, _Block.FRAME_MJPEG, "MJPG"),
    _Block.FORMAT_FRAME_BASED: (28, _Block.FRAME_FRAME_BASED, None),
    _Block.FORMAT_H264: (52, _Block.FRAME_H264, "H264"),
    _Block.FORMAT_H264_SIMULCAST: (52, _Block.FRAME_H264, "H264"),
    _Block.FORMAT_VP8: (13, _Block.FRAME_VP8, "VP80"),
    _Block.FORMAT_VP8_SIMULCAST: (13, _Block.FRAME_VP8, "VP80"),
}
#: Formats that state their frames otherwise, and that uvcvideo leaves out or makes up.
_OTHER_FORMATS = {
    _Block.FORMAT_MPEG2TS,
    _Block.FORMAT_DV,
    _Block.FORMAT_STREAM_BASED,
}


class _BadFrameError(ValueError):
    pass


@dataclass(slots=True)
class _Format:
    name: str
    frame: _Block
    announced: int
    modes: list[Mode] = field(default_factory=list)
    #: uvcvideo takes the frames that follow a format without a gap, and no later ones.
    open: bool = True


@dataclass(slots=True)
class StreamParser:
    """Collects the modes of streaming interface ``interface``, block by block."""

    interface: int
    _output: bool = False
    _formats: list[_Format] = field(default_factory=list)
    _current: _Format | None = None
    _notes: list[str] = field(default_factory=list)

    def take(self, block: bytes) -> None:
        """Read one class-specific block (at least its length and type)."""
        subtype = block[2] if len(block) > 2 else 0
        if subtype in _FORMATS:
            self._format(block, _Block(subtype))
        elif subtype in _FRAMES:
            self._frame(block, subtype)
        else:
            self._other(subtype)

    def finish(self) -> tuple[list[Mode], list[str]]:
        """Return the modes and the notes; an interface that outputs video claims no mode."""
        if self._output:
            return [], self._notes
        for found in self._formats:
            if len(found.modes) != found.announced:
                self._note(
                    f"{found.name} announces {found.announced} frames, {len(found.modes)} read"
                )
        return [mode for found in self._formats for mode in found.modes], self._notes

    def _note(self, text: str) -> None:
        self._notes.append(f"interface {self.interface}: {text}")

    def _other(self, subtype: int) -> None:
        if self._current is not None:
            self._current.open = False
        if subtype == _Block.OUTPUT_HEADER:
            self._output = True
        if subtype in _OTHER_FORMATS:
            self._current = None
            self._note(f"a format of type {subtype:#04x} is not read")

    def _format(self, block: bytes, subtype: _Block) -> None:
        self._current = None
        shortest, frame, fourcc = _FORMATS[subtype]
        if len(block) < shortest:
            self._note(f"a format of {len(block)} bytes is too short")
            return
        name = fourcc or pixel_format(block[5:21])
        if name is None:
            self._note(f"the format GUID {block[5:21].hex()} is unknown")
            return
        self._current = _Format(name, frame, announced=block[4])
        self._formats.append(self._current)

    def _frame(self, block: bytes, subtype: int) -> None:
        current = self._current
        if current is None or not current.open:
            return
        if subtype != current.frame:
            current.open = False
            self._note(f"{current.name} is followed by a frame of another format")
            return
        try:
            current.modes.extend(_modes(current.name, block))
        except _BadFrameError as problem:
            self._note(f"{current.name} is left out: {problem}")
            self._formats.pop()
            self._current = None


def _modes(name: str, block: bytes) -> tuple[Mode, ...]:
    layout = _FRAMES[_Block(block[2])]
    if len(block) < layout.intervals_at:
        raise _BadFrameError(f"a frame of {len(block)} bytes is too short")
    width, height = unpack_from("<HH", block, layout.size_at)
    count = block[layout.count_at]
    listed = count or (3 if layout.may_be_range else 0)
    if len(block) < layout.intervals_at + 4 * listed:
        raise _BadFrameError("a frame lists more intervals than it holds")
    if width == 0 or height == 0:
        return ()
    units = unpack_from(f"<{listed}I", block, layout.intervals_at)
    values = [_seconds(count_of_100_ns) for count_of_100_ns in units]
    if count or not layout.may_be_range:
        return (Mode(name, width=width, height=height, intervals=tuple(values)),)
    span = IntervalRange(min=values[0], max=values[1], step=values[2])
    return (Mode(name, width=width, height=height, interval_range=span),)


def _seconds(units: int) -> Fraction:
    # 0 is stated by broken cameras; uvcvideo counts it as the shortest interval there is.
    units = units or 1
    divisor = gcd(units, UNITS_PER_SECOND)
    return Fraction(units // divisor, UNITS_PER_SECOND // divisor)
