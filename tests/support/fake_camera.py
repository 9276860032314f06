"""A V4L2 node made of Python: it answers the streaming and control ioctls like a driver.

It stands where the kernel does, below everything of ours; time is its own and passes only while
somebody waits. Calls are noted, and any of them can be made to fail.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections import Counter
from dataclasses import dataclass, field

from gauger_probes.cameras import v4l2_control_abi as control_abi
from gauger_probes.cameras import v4l2_stream_abi as abi
from gauger_probes.cameras.v4l2_abi import BufferType

NAMES = {
    abi.S_FMT: "S_FMT",
    abi.G_PARM: "G_PARM",
    abi.S_PARM: "S_PARM",
    abi.REQBUFS: "REQBUFS",
    abi.QUERYBUF: "QUERYBUF",
    abi.QBUF: "QBUF",
    abi.DQBUF: "DQBUF",
    abi.STREAMON: "STREAMON",
    abi.STREAMOFF: "STREAMOFF",
    control_abi.QUERY_EXT_CTRL: "QUERY_EXT_CTRL",
    control_abi.G_CTRL: "G_CTRL",
    control_abi.S_CTRL: "S_CTRL",
}
_PAGE = 4096
#: Where the clock of the machine stands when the camera is made.
_BOOTED_S = 1000.0


@dataclass
class Picture:
    """What the camera sends next: after ``after_s``, with these bytes; ``skip`` frames are lost."""

    payload: bytes
    after_s: float = 0.1
    skip: int = 0
    flags: int = abi.BufferFlags.TIMESTAMP_MONOTONIC


@dataclass
class FakeControl:
    """A control with its range and its value."""

    value: int
    minimum: int = 0
    maximum: int = 10_000
    flags: int = 0


class _Memory(bytearray):
    closed = False

    def __getitem__(self, part: slice) -> bytes:  # type: ignore[override]
        assert not self.closed, "read after unmapping"
        return bytes(bytearray.__getitem__(self, part))

    def close(self) -> None:
        """Unmap."""
        self.closed = True


@dataclass
class FakeCamera:
    """A node that streams ``pictures`` and then nothing more.

    ``fails`` maps the name of a call to an error number, from its ``from_call``-th use on.
    """

    pictures: list[Picture] = field(default_factory=list)
    granted: tuple[int, int] | None = None
    planes: int = 1
    buffer_bytes: int = 1 << 16
    grants: int = 4
    interval: tuple[int, int] | None = (1, 10)
    controls: dict[int, FakeControl] = field(default_factory=dict)
    fails: dict[str, int] = field(default_factory=dict)
    from_call: int = 1
    calls: list[str] = field(default_factory=list)
    settings: list[tuple[int, int]] = field(default_factory=list)
    time_s: float = _BOOTED_S
    streaming: bool = False
    queued: list[int] = field(default_factory=list)
    maps: list[_Memory] = field(default_factory=list)
    sequence: int = 0

    def ioctl(self, request: int, structure: ctypes.Structure) -> None:
        """Answer one call, as the kernel does: in place, or with an ``OSError``."""
        name = NAMES[request]
        self.calls.append(name)
        if name in self.fails and Counter(self.calls)[name] >= self.from_call:
            raise _error(self.fails[name])
        getattr(self, f"_{name.lower()}")(structure)

    def map(self, length: int, offset: int) -> _Memory:
        """Return the memory of the buffer at ``offset``."""
        assert offset == len(self.maps) * _PAGE
        self.maps.append(_Memory(length))
        return self.maps[-1]

    def wait(self, seconds: float) -> bool:
        """Let time pass until the next picture, at most ``seconds``."""
        due_s = self.pictures[0].after_s if self.pictures else float("inf")
        self.time_s += min(due_s, seconds)
        if due_s <= seconds:
            self.pictures[0].after_s = 0.0
            return True
        if self.pictures:
            self.pictures[0].after_s -= seconds
        return "DQBUF" in self.fails

    def now(self) -> float:
        """Return the time."""
        return self.time_s

    @property
    def idle(self) -> bool:
        """Whether nothing of a stream is left: no mapping, no buffer, no streaming."""
        return not self.streaming and not self.queued and all(m.closed for m in self.maps)

    def _s_fmt(self, form: abi.Format) -> None:
        planar = form.type == BufferType.VIDEO_CAPTURE_MPLANE
        target = form.fmt.pix_mp if planar else form.fmt.pix
        if self.granted is not None:
            target.width, target.height = self.granted
        if planar:
            target.num_planes = self.planes

    def _g_parm(self, parameters: abi.StreamParameters) -> None:
        if self.interval is None:
            raise _error(errno.ENOTTY)
        parameters.capability = abi.CAN_SET_INTERVAL
        parameters.numerator, parameters.denominator = self.interval

    def _s_parm(self, parameters: abi.StreamParameters) -> None:
        assert self.interval is not None
        parameters.numerator, parameters.denominator = self.interval

    def _reqbufs(self, request: abi.BufferRequest) -> None:
        if request.count == 0:
            self.queued.clear()
            assert all(memory.closed for memory in self.maps), "freed while mapped"
            self.maps.clear()
        request.count = min(request.count, self.grants)

    def _querybuf(self, buffer: abi.Buffer) -> None:
        if buffer.type == BufferType.VIDEO_CAPTURE_MPLANE:
            buffer.m.planes[0].length = self.buffer_bytes
            buffer.m.planes[0].m.mem_offset = buffer.index * _PAGE
        else:
            buffer.length, buffer.m.offset = self.buffer_bytes, buffer.index * _PAGE

    def _qbuf(self, buffer: abi.Buffer) -> None:
        assert buffer.index not in self.queued
        self.queued.append(buffer.index)

    def _dqbuf(self, buffer: abi.Buffer) -> None:
        if not self.pictures or self.pictures[0].after_s > 0:
            raise _error(errno.EAGAIN)
        picture = self.pictures.pop(0)
        buffer.index = self.queued.pop(0)
        memory = self.maps[buffer.index]
        memory[: len(picture.payload)] = picture.payload
        self.sequence += picture.skip
        buffer.sequence, buffer.flags = self.sequence, picture.flags
        self.sequence += 1
        microseconds = round(self.time_s * 1e6)
        buffer.timestamp.seconds, buffer.timestamp.microseconds = divmod(microseconds, 1_000_000)
        if buffer.type == BufferType.VIDEO_CAPTURE_MPLANE:
            buffer.m.planes[0].bytesused = len(picture.payload)
        else:
            buffer.bytesused = len(picture.payload)

    def _streamon(self, _: abi.QueueType) -> None:
        self.streaming = True

    def _streamoff(self, _: abi.QueueType) -> None:
        self.streaming = False
        self.queued.clear()

    def _query_ext_ctrl(self, query: control_abi.ControlQuery) -> None:
        control = self._control(query.id)
        query.minimum, query.maximum, query.step = control.minimum, control.maximum, 1
        query.default_value, query.flags = control.minimum, control.flags

    def _g_ctrl(self, answer: control_abi.ControlValue) -> None:
        answer.value = self._control(answer.id).value

    def _s_ctrl(self, wanted: control_abi.ControlValue) -> None:
        self._control(wanted.id).value = wanted.value
        self.settings.append((wanted.id, wanted.value))

    def _control(self, number: int) -> FakeControl:
        if number not in self.controls:
            raise _error(errno.EINVAL)
        return self.controls[number]


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
