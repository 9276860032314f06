"""Lists the modes of a V4L2 capture queue: every format, size and frame interval.

Drivers are not trusted to stop: some ignore the index and answer for ever, so every list is
capped and ends when an answer repeats the one before. Ranges are reported as ranges and never
expanded. Semantics follow the kernel's uapi documentation of VIDIOC_ENUM_FMT,
VIDIOC_ENUM_FRAMESIZES and VIDIOC_ENUM_FRAMEINTERVALS.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import gcd
from typing import TypeVar

from gauger_probes.cameras.fourcc import spell
from gauger_probes.cameras.v4l2_abi import (
    ENUM_FMT,
    ENUM_FRAMEINTERVALS,
    ENUM_FRAMESIZES,
    BufferType,
    FormatDescription,
    FrameInterval,
    FrameSize,
    ListType,
)
from gauger_probes.evidence.camera import Fraction, IntervalRange, Mode, Range

#: Makes one ioctl: fills the structure in place, or raises ``OSError``.
Ioctl = Callable[[int, ctypes.Structure], None]

MAX_FORMATS = 256
MAX_SIZES = 512
MAX_INTERVALS = 256
#: Most modes of one node, and intervals of all of them; a camera has at most a few hundred.
MAX_MODES = 16_384
MAX_ALL_INTERVALS = 65_536

#: How a list ends (EINVAL), or that the driver has none (ENOTTY).
_END = (errno.EINVAL, errno.ENOTTY)

S = TypeVar("S", FormatDescription, FrameSize, FrameInterval)


@dataclass(slots=True)
class ModeList:
    """The modes of one queue; ``notes`` says where a list was cut or could not be read."""

    modes: list[Mode] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def list_modes(ioctl: Ioctl, buffer_type: BufferType) -> ModeList:
    """Ask for every mode of the queue ``buffer_type``.

    Raises:
        OSError: the device is gone (``ENODEV``).
    """
    found = ModeList()
    codes = _walk(
        ioctl,
        ENUM_FMT,
        lambda index: FormatDescription(index=index, type=buffer_type),
        MAX_FORMATS,
        "formats",
        found.notes,
    )
    intervals = 0
    for code in dict.fromkeys(item.pixelformat for item in codes):
        for mode in _sizes(ioctl, code, found.notes):
            intervals += len(mode.intervals)
            if len(found.modes) >= MAX_MODES or intervals > MAX_ALL_INTERVALS:
                found.notes.append("more modes than any camera has; the rest was not asked")
                return found
            found.modes.append(mode)
    return found


def _sizes(ioctl: Ioctl, code: int, notes: list[str]) -> Iterator[Mode]:
    name = spell(code)
    sizes = _walk(
        ioctl,
        ENUM_FRAMESIZES,
        lambda index: FrameSize(index=index, pixel_format=code),
        MAX_SIZES,
        f"sizes of {name}",
        notes,
    )
    shapes: dict[Mode, tuple[int, int]] = {}
    for size in sizes:
        shape, asked = _shape(name, size)
        shapes.setdefault(shape, asked)
        if size.type != ListType.DISCRETE:
            break
    if not shapes:
        notes.append(f"the driver lists no sizes of {name}")
    for shape, asked in shapes.items():
        yield _timed(ioctl, shape, code, asked, notes)


def _shape(name: str, size: FrameSize) -> tuple[Mode, tuple[int, int]]:
    """Return the mode without intervals, and the size to ask the intervals for: the largest."""
    values = list(size.values)
    if size.type == ListType.DISCRETE:
        return Mode(name, width=values[0], height=values[1]), (values[0], values[1])
    width = Range(values[0], values[1], values[2] or 1)
    height = Range(values[3], values[4], values[5] or 1)
    return Mode(name, width_range=width, height_range=height), (width.max, height.max)


def _timed(ioctl: Ioctl, shape: Mode, code: int, size: tuple[int, int], notes: list[str]) -> Mode:
    answers = _walk(
        ioctl,
        ENUM_FRAMEINTERVALS,
        lambda index: FrameInterval(index=index, pixel_format=code, width=size[0], height=size[1]),
        MAX_INTERVALS,
        f"intervals of {spell(code)} {size[0]}x{size[1]}",
        notes,
    )
    intervals: list[Fraction] = []
    for answer in answers:
        values = list(answer.values)
        if answer.type != ListType.DISCRETE:
            return replace(shape, interval_range=_span(values))
        intervals += _fraction(values[0], values[1])
    return replace(shape, intervals=tuple(dict.fromkeys(intervals)))


def _span(values: list[int]) -> IntervalRange | None:
    low, high = _fraction(values[0], values[1]), _fraction(values[2], values[3])
    step = _fraction(values[4] or 1, values[5] or 1)
    return IntervalRange(low[0], high[0], step[0]) if low and high else None


def _fraction(numerator: int, denominator: int) -> list[Fraction]:
    if denominator == 0:
        return []
    divisor = gcd(numerator, denominator)
    return [Fraction(numerator // divisor, denominator // divisor)]


def _walk(
    ioctl: Ioctl,
    request: int,
    at: Callable[[int], S],
    limit: int,
    what: str,
    notes: list[str],
) -> Iterator[S]:
    before = b""
    for index in range(limit):
        answer = at(index)
        try:
            ioctl(request, answer)
        except OSError as problem:
            if problem.errno == errno.ENODEV:
                raise
            if problem.errno not in _END:
                notes.append(f"{what}: {os.strerror(problem.errno or 0)}")
            return
        # The index comes first in all three structures and is the driver's to leave alone.
        body = bytes(answer)[ctypes.sizeof(ctypes.c_uint32) :]
        if body == before:
            notes.append(f"{what}: the driver repeats itself; its list may be cut short")
            return
        before = body
        yield answer
    notes.append(f"{what}: more than {limit}; the rest was not asked")
