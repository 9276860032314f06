"""One opened device: its primary context, one stream, memory, and time by its own events.

The primary context is the one that cuBLASLt uses too. Events resolve about half a microsecond
(cuda.h, cuEventElapsedTime).
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ctypes import byref

from gauger_probes.measure.backends.cuda import driver_abi as abi
from gauger_probes.measure.backends.cuda.driver import DeviceFacts, Driver
from gauger_probes.measure.backends.cuda.memory import DeviceMemory, PinnedMemory
from gauger_probes.measure.backends.protocol import DeviceLostError

#: Repetitions timed one by one before their events are read: bounds the events in use.
_BATCH = 64
#: What is moved or multiplied lies in the L2 cache in part when it is at most so many times its
#: size; then the cache is overwritten before each repetition.
_CACHED = 4
#: How many times the cache's size overwrites it for certain.
_FLUSH = 2


class Session:
    """An opened device."""

    def __init__(self, driver: Driver, facts: DeviceFacts) -> None:
        """Open the device.

        Raises:
            DeviceLostError: it cannot be opened; others may be.
            MemoryError: it has no memory left for that.
        """
        self.driver = driver
        self.facts = facts
        self._stack = ExitStack()
        context = ctypes.c_void_p()
        driver.call("cuDevicePrimaryCtxRetain", byref(context), facts.handle)
        self._on_close("cuDevicePrimaryCtxRelease_v2", facts.handle)
        self._context = context.value
        try:
            self.use()
            stream = ctypes.c_void_p()
            driver.call("cuStreamCreate", byref(stream), abi.CU_STREAM_NON_BLOCKING)
        except Exception:
            self._stack.close()
            raise
        self.stream = stream.value
        self._on_close("cuStreamDestroy_v2", self.stream)

    def use(self) -> None:
        """Make this the device that calls are for."""
        self.driver.call("cuCtxSetCurrent", self._context)

    def free_bytes(self) -> int:
        """Return how much memory nobody uses."""
        self.use()
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        self.driver.call("cuMemGetInfo_v2", byref(free), byref(total))
        return free.value

    def allocate(self, size: int) -> DeviceMemory:
        """Return ``size`` bytes of the device's.

        Raises:
            MemoryError: there is no room.
        """
        self.use()
        return DeviceMemory(self.driver, size)

    def pin(self, size: int) -> PinnedMemory:
        """Return ``size`` bytes of the host's, pinned.

        Raises:
            MemoryError: there is no room.
        """
        self.use()
        return PinnedMemory(self.driver, size)

    def flusher(self, footprint: int) -> DeviceMemory | None:
        """Return what to overwrite before each repetition of work on ``footprint`` bytes.

        Nothing where they are many more than the cache holds.
        """
        cache = self.facts.l2_bytes
        return None if footprint > _CACHED * cache else self.allocate(max(_FLUSH * cache, 1))

    def seconds(
        self, work: Callable[[], None], repetitions: int, flush: DeviceMemory | None
    ) -> float:
        """Do ``work`` on the stream so often and return the seconds that it took the device.

        All of it is done when this returns.
        With ``flush``, each repetition is timed alone, after that was overwritten.

        Raises:
            DeviceLostError: the device failed.
        """
        self.use()
        if flush is None:
            return self._together(work, repetitions)
        total = 0.0
        for start in range(0, repetitions, _BATCH):
            total += self._one_by_one(work, min(_BATCH, repetitions - start), flush)
        return total

    def give_back(self, taken: ExitStack) -> None:
        """Close ``taken`` on this device; a lost device has taken it already."""
        with contextlib.suppress(DeviceLostError):
            self.use()
        taken.close()

    def close(self) -> None:
        """Leave the device."""
        self._stack.close()

    def _together(self, work: Callable[[], None], repetitions: int) -> float:
        with self._events(2) as (begin, end):
            self._record(begin)
            for _ in range(repetitions):
                work()
            self._record(end)
            return self._elapsed(begin, end)

    def _one_by_one(self, work: Callable[[], None], repetitions: int, flush: DeviceMemory) -> float:
        with self._events(2 * repetitions) as events:
            pairs = list(zip(events[::2], events[1::2], strict=True))
            for turn, (begin, end) in enumerate(pairs):
                self.driver.call(
                    "cuMemsetD8Async", flush.address, turn & 0xFF, flush.size, self.stream
                )
                self._record(begin)
                work()
                self._record(end)
            return sum(self._elapsed(begin, end) for begin, end in pairs)

    @contextlib.contextmanager
    def _events(self, count: int) -> Iterator[list[int | None]]:
        made: list[int | None] = []
        try:
            for _ in range(count):
                event = ctypes.c_void_p()
                self.driver.call("cuEventCreate", byref(event), abi.CU_EVENT_BLOCKING_SYNC)
                made.append(event.value)
            yield made
        finally:
            for handle in made:
                with contextlib.suppress(DeviceLostError):
                    self.driver.call("cuEventDestroy_v2", handle)

    def _record(self, event: int | None) -> None:
        self.driver.call("cuEventRecord", event, self.stream)

    def _elapsed(self, begin: int | None, end: int | None) -> float:
        self.driver.call("cuEventSynchronize", end)
        milliseconds = ctypes.c_float()
        self.driver.call("cuEventElapsedTime", byref(milliseconds), begin, end)
        return milliseconds.value / 1000

    def _on_close(self, symbol: str, handle: int | None) -> None:
        def give_back() -> None:
            with contextlib.suppress(DeviceLostError):
                self.driver.call(symbol, handle)

        self._stack.callback(give_back)
