"""The device side of a streaming UVC camera: negotiation, and frames paced by the clock.

USB/IP has no bus clock, so the feeder keeps time itself; how it departs from what it promises is
its ``Behaviour``. Written from the USB Video Class specification 1.1, sections 2.4.3.3 and 4.3.1.1.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import pack_into, unpack_from
from threading import Event, Lock, Thread

from usbip.core import Setup, Stall
from usbip.device import Endpoint, In

from support.usb_descriptors import MJPEG, Format, Frame

#: Bytes of a payload with its header; also what uvcvideo's transfers hold at high speed.
_PAYLOAD = 16_384
_PROBE, _COMMIT = 1, 2
_SET_CUR, _GET_LEN, _GET_INFO = 0x01, 0x85, 0x86
_END_OF_HEADER, _END_OF_FRAME = 0x80, 0x02

#: Gives the frames of a format and size, each unlike the one before it, endlessly.
Painter = Callable[[Format, Frame], Iterator[bytes]]


@dataclass(frozen=True)
class Behaviour:
    """How a camera departs from the rate that was set; by default it does not.

    ``rate``: its true rate in multiples of the set one. ``repeat_every`` and ``skip_every``: each
    n-th frame is the one before it again, or is left out without a trace; of ``lose_every`` the
    n-th shows by its headers alone. ``stall_after`` and ``unplug_after``: the number of frames
    after which nothing more comes, or the plug is pulled.
    """

    rate: float = 1.0
    repeat_every: int | None = None
    skip_every: int | None = None
    lose_every: int | None = None
    stall_after: int | None = None
    unplug_after: int | None = None


class Stream:
    """One streaming interface: answers its controls and feeds its bulk endpoint.

    ``pull_plug`` is called where the behaviour says that the camera is unplugged.
    """

    def __init__(
        self,
        formats: tuple[Format, ...],
        paint: Painter,
        behaviour: Behaviour,
        pull_plug: Callable[[], None],
        address: int = 0x81,
    ) -> None:
        self.endpoint = _Pipe(address, self.stop)
        self._formats = formats
        self._paint = paint
        self._behaviour = behaviour
        self._pull_plug = pull_plug
        self._lock = Lock()
        self._ended = Event()
        self._current = bytearray(34)
        self._current[2] = self._current[3] = 1
        self._complete()

    def answer(self, setup: Setup, data: bytes = b"") -> bytes:
        """Answer one class request; controls of units do not exist here."""
        control = setup.wValue >> 8
        if setup.wIndex >> 8 or control not in (_PROBE, _COMMIT):
            raise Stall
        if setup.bRequest == _SET_CUR:
            self._current[: len(data)] = data
            self._complete()
            if control == _COMMIT:
                self._start()
            return b""
        if setup.bRequest == _GET_LEN:
            return len(self._current).to_bytes(2, "little")
        return b"\x03" if setup.bRequest == _GET_INFO else bytes(self._current)

    def stop(self) -> None:
        """End the stream, as a host does by clearing the endpoint's halt."""
        with self._lock:
            self._ended.set()

    def _chosen(self) -> tuple[Format, Frame, float]:
        """Return the format, size and interval in seconds that are set."""
        shape = self._formats[min(self._current[2], len(self._formats)) - 1]
        frame = shape.frames[min(self._current[3], len(shape.frames)) - 1]
        return shape, frame, unpack_from("<I", self._current, 4)[0] / 1e7

    def _complete(self) -> None:
        """Fill in what the camera decides: a valid interval, and the largest sizes in bytes."""
        shape, frame, interval = self._chosen()
        if frame.continuous:
            wanted = min(max(round(interval * 1e7), frame.intervals[0]), frame.intervals[1])
        else:
            wanted = min(frame.intervals, key=lambda item: abs(item - interval * 1e7))
        pack_into("<I", self._current, 4, wanted)
        bits = 16 if shape.kind == MJPEG else shape.bits
        pack_into("<II", self._current, 18, frame.width * frame.height * bits // 8, _PAYLOAD)

    def _start(self) -> None:
        with self._lock:
            self._ended.set()
            self._ended = Event()
            shape, frame, interval = self._chosen()
            arguments = (self._ended, self._paint(shape, frame), interval / self._behaviour.rate)
        Thread(target=self._feed, args=arguments, daemon=True).start()

    def _feed(self, ended: Event, frames: Iterator[bytes], interval_s: float) -> None:
        rules, frame, toggle = self._behaviour, next(frames), 0
        began = time.monotonic()
        for number in _counted_to(rules.stall_after):
            if ended.wait(max(0.0, began + number * interval_s - time.monotonic())):
                return
            if number == rules.unplug_after:
                self._pull_plug()
                return
            if not _every(rules.repeat_every, number):
                frame = next(frames)
            if _every(rules.skip_every, number):
                continue
            # A camera whose last picture was not fetched in time has no room for this one; its
            # headers go on and show that there was one, which is how a driver counts the lost.
            room = not self.endpoint.backlog() and not _every(rules.lose_every, number)
            for payload in _payloads(frame if room else b"", toggle):
                self.endpoint.write(payload)
            toggle ^= 1


class _Pipe(Endpoint):  # type: ignore[misc]
    """A bulk endpoint that tells its stream when the host clears its halt."""

    def __init__(self, address: int, cleared: Callable[[], None]) -> None:
        super().__init__(In(address, "bulk", mps=512))
        self._cleared = cleared

    def backlog(self) -> bool:
        """Return whether something waits to be fetched."""
        return bool(self._q)

    def clear_halt(self) -> None:
        """Forget what waits, and end the stream."""
        self._cleared()
        super().clear_halt()
        with self._cv:
            self._q.clear()


def _payloads(frame: bytes, toggle: int) -> Iterator[bytes]:
    room = _PAYLOAD - 2
    for at in range(0, max(1, len(frame)), room):
        end = _END_OF_FRAME if at + room >= len(frame) else 0
        yield bytes((2, _END_OF_HEADER | end | toggle)) + frame[at : at + room]


def _counted_to(end: int | None) -> Iterator[int]:
    number = 0
    while end is None or number < end:
        yield number
        number += 1


def _every(step: int | None, number: int) -> bool:
    return step is not None and number % step == step - 1
