"""Moves frames from a V4L2 node into this process, each with what the driver says of it.

Buffers are the driver's own, mapped (V4L2 uapi, "Streaming I/O (Memory Mapping)"); single-planar
queues, and multi-planar ones whose pictures lie in one plane. Every ending has a name, and
whatever was begun is undone. Only a call that hangs in the driver can outlast a deadline.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from gauger_probes.cameras import v4l2_stream_abi as abi
from gauger_probes.cameras.stream_error import StreamError, Trouble, explained
from gauger_probes.cameras.v4l2_abi import BufferType
from gauger_probes.evidence.camera import Fraction

#: More buffers bridge longer pauses of ours; each holds a whole picture.
_BUFFERS = 6
#: ``VIDEO_MAX_FRAME``: no driver may grant more.
_MAX_BUFFERS = 32
#: A picture of 16384 × 16384 pixels of two bytes.
_MAX_BUFFER = 1 << 29
#: Pause after a node that claimed to be ready and was not.
_PAUSE_S = 0.001


class Mapping(Protocol):
    """A driver's buffer in this process's memory."""

    def __getitem__(self, part: slice, /) -> bytes: ...

    def close(self) -> None: ...


class Device(Protocol):
    """What streaming needs of an open node; times are in seconds of ``CLOCK_MONOTONIC``."""

    def ioctl(self, request: int, structure: ctypes.Structure) -> None: ...

    def map(self, length: int, offset: int) -> Mapping: ...

    def wait(self, seconds: float) -> bool: ...

    def now(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """A picture format: the 32-bit pixel format code, width and height in pixels."""

    pixel_format: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What the driver made of the request; it may differ, and often does silently."""

    shape: Shape
    bytes_per_line: int
    image_bytes: int
    interval: Fraction | None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: the driver's count and time of it, when we got it (seconds), and its bytes."""

    sequence: int
    timestamp_s: float
    dequeued_s: float
    flags: int
    payload: bytes

    @property
    def faulty(self) -> bool:
        """Whether the driver marked it as damaged."""
        return bool(self.flags & abi.BufferFlags.ERROR)


class Stream:
    """One running stream; a context manager that leaves the node as idle as it found it.

    ``granted`` and ``started_s`` (when streaming was switched on) hold inside the ``with``.

    Raises:
        StreamError: the driver refuses the format, the buffers or the start.
    """

    granted: Granted
    started_s: float

    def __init__(
        self, device: Device, queue: BufferType, shape: Shape, interval: Fraction | None
    ) -> None:
        self._device = device
        self._queue = queue
        self._wanted = shape, interval
        self._maps: list[Mapping] = []

    def __enter__(self) -> Stream:
        try:
            with explained():
                self._begin(*self._wanted)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def frames(self, patience_s: float, span_s: float) -> Iterator[Frame]:
        """Yield frames as they come; the bytes are the caller's to keep.

        The first may take ``patience_s`` seconds; the last comes at most ``span_s`` after it. A
        buffer goes back to the driver before its frame is handed out, so that a slow caller
        costs no frame sooner than it must.

        Raises:
            StreamError: the stream broke, or the first frame did not come in time.
        """
        first = self._next(self._device.now() + patience_s)
        if first is None:
            raise StreamError(Trouble.SILENT, f"within {patience_s:.1f} s")
        yield first
        while (frame := self._next(first.dequeued_s + span_s)) is not None:
            yield frame

    def _next(self, until_s: float) -> Frame | None:
        while (left := until_s - self._device.now()) > 0:
            with explained():
                if not self._device.wait(left):
                    continue
                try:
                    return self._take()
                except BlockingIOError:
                    time.sleep(_PAUSE_S)
        return None

    def _begin(self, shape: Shape, interval: Fraction | None) -> None:
        form = self._set_format(shape)
        self.granted = _granted(form, self._set_interval(interval))
        request = abi.BufferRequest(count=_BUFFERS, type=self._queue, memory=abi.MEMORY_MMAP)
        self._device.ioctl(abi.REQBUFS, request)
        if not 0 < request.count <= _MAX_BUFFERS:
            raise StreamError(Trouble.REFUSED, f"the driver grants {request.count} buffers")
        for index in range(request.count):
            buffer = self._buffer(index)
            self._device.ioctl(abi.QUERYBUF, buffer)
            self._maps.append(self._device.map(*self._place(buffer)))
            self._device.ioctl(abi.QBUF, self._buffer(index))
        self.started_s = self._device.now()
        self._device.ioctl(abi.STREAMON, abi.QueueType(self._queue))

    def _set_format(self, shape: Shape) -> abi.Format:
        form = abi.Format(type=self._queue)
        target = form.fmt.pix_mp if self._planar else form.fmt.pix
        target.width, target.height = shape.width, shape.height
        target.pixelformat = shape.pixel_format
        self._device.ioctl(abi.S_FMT, form)
        if self._planar and form.fmt.pix_mp.num_planes != 1:
            raise StreamError(Trouble.REFUSED, "the picture comes in several planes")
        return form

    def _set_interval(self, interval: Fraction | None) -> Fraction | None:
        """Return the interval that holds, ``None`` where the driver states none."""
        parameters = abi.StreamParameters(type=self._queue)
        try:
            self._device.ioctl(abi.G_PARM, parameters)
            if interval is not None and parameters.capability & abi.CAN_SET_INTERVAL:
                parameters.numerator = interval.numerator
                parameters.denominator = interval.denominator
                self._device.ioctl(abi.S_PARM, parameters)
        except OSError as problem:
            if problem.errno not in (errno.ENOTTY, errno.EINVAL):
                raise
            return None
        if not (parameters.numerator and parameters.denominator):
            return None
        return Fraction(parameters.numerator, parameters.denominator)

    @property
    def _planar(self) -> bool:
        return self._queue is BufferType.VIDEO_CAPTURE_MPLANE

    def _buffer(self, index: int = 0) -> abi.Buffer:
        buffer = abi.Buffer(index=index, type=self._queue, memory=abi.MEMORY_MMAP)
        if self._planar:
            planes = (abi.Plane * abi.MAX_PLANES)()
            buffer.m.planes = ctypes.cast(planes, ctypes.POINTER(abi.Plane))
            buffer.length = 1
        return buffer

    def _place(self, buffer: abi.Buffer) -> tuple[int, int]:
        """Return length and offset of the mapping that holds ``buffer``."""
        plane = buffer.m.planes[0] if self._planar else None
        length = buffer.length if plane is None else plane.length
        if not 0 < length <= _MAX_BUFFER:
            raise StreamError(Trouble.REFUSED, f"the driver states a buffer of {length} bytes")
        return length, buffer.m.offset if plane is None else plane.m.mem_offset

    def _take(self) -> Frame:
        buffer = self._buffer()
        self._device.ioctl(abi.DQBUF, buffer)
        dequeued_s = self._device.now()
        if buffer.index >= len(self._maps):
            raise StreamError(Trouble.FAULTY, f"the driver returned a buffer {buffer.index}")
        begin, end = 0, buffer.bytesused
        if self._planar:
            begin, end = buffer.m.planes[0].data_offset, buffer.m.planes[0].bytesused
        payload = self._maps[buffer.index][begin:end]
        self._device.ioctl(abi.QBUF, self._buffer(buffer.index))
        timestamp_s = buffer.timestamp.seconds + buffer.timestamp.microseconds * 1e-6
        return Frame(buffer.sequence, timestamp_s, dequeued_s, buffer.flags, payload)

    def _end(self) -> None:
        gone = contextlib.suppress(OSError)
        with gone:
            self._device.ioctl(abi.STREAMOFF, abi.QueueType(self._queue))
        for mapping in self._maps:
            mapping.close()
        self._maps.clear()
        with gone:
            none = abi.BufferRequest(count=0, type=self._queue, memory=abi.MEMORY_MMAP)
            self._device.ioctl(abi.REQBUFS, none)


def _granted(form: abi.Format, interval: Fraction | None) -> Granted:
    if form.type == BufferType.VIDEO_CAPTURE_MPLANE:
        several = form.fmt.pix_mp
        shape = Shape(several.pixelformat, several.width, several.height)
        plane = several.plane_fmt[0]
        return Granted(shape, plane.bytesperline, plane.sizeimage, interval)
    pix = form.fmt.pix
    shape = Shape(pix.pixelformat, pix.width, pix.height)
    return Granted(shape, pix.bytesperline, pix.sizeimage, interval)
