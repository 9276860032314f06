"""Moving bytes: inside a device's memory, from pinned memory of the host's to it, and back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from gauger_probes.measure.backends.cuda.memory import DeviceMemory, PinnedMemory
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import Direction
from gauger_probes.measure.errors import WrongResultError

#: Random bytes; a larger copy repeats them. No power of two, so that a copy which is shifted by
#: one is not taken for a right one.
_BLOCK = 4 * 1024 * 1024 + 1040
#: Stretches compared, besides the first and the last, and the bytes of each.
_STRETCHES, _STRETCH = 64, 4096

_CALLS = {
    Direction.WITHIN: "cuMemcpyDtoDAsync_v2",
    Direction.TO_DEVICE: "cuMemcpyHtoDAsync_v2",
    Direction.TO_HOST: "cuMemcpyDtoHAsync_v2",
}


class Copy:
    """One copy of ``size`` bytes, ready to be run."""

    def __init__(self, session: Session, direction: Direction, size: int, seed: int) -> None:
        """Take the memory and fill the source.

        Raises:
            MemoryError: there is no room.
            DeviceLostError: the device failed.
            ValueError: ``size`` is not positive.
        """
        if size <= 0:
            raise ValueError(f"a copy of {size} bytes is none")
        self._session = session
        self._direction = direction
        self._size = size
        self._generator = np.random.default_rng(seed)
        self._stack = ExitStack()
        try:
            self._source = self._memory(pinned=direction is Direction.TO_DEVICE)
            self._target = self._memory(pinned=direction is Direction.TO_HOST)
            block = self._generator.integers(0, 256, min(size, _BLOCK), np.uint8)
            self._source.fill(block)
            self._target.fill(~block)
            self._flush = session.flusher(2 * size)
            if self._flush is not None:
                self._stack.callback(self._flush.close)
        except Exception:
            self.close()
            raise

    @property
    def method(self) -> str:
        """What exactly is run."""
        moved = f"{self._size} bytes"
        if self._direction is Direction.WITHIN:
            moved = f"{self._size} bytes read and as many written"
        else:
            moved += ", host memory pinned"
        before = "L2 cache overwritten before each repetition" if self._flush else "back to back"
        call = _CALLS[self._direction].removesuffix("_v2")
        return f"{call}; {moved}; random bytes; {before}; time between events of the CUDA driver"

    def run(self, repetitions: int) -> float:
        """Copy so often and return the device's seconds.

        Raises:
            DeviceLostError: the device failed.
        """
        return self._session.seconds(self._copying(), repetitions, self._flush)

    def check(self) -> None:
        """Compare the last copy with its source at both ends and at random places.

        Raises:
            WrongResultError: they differ.
            DeviceLostError: the device failed.
        """
        self._session.use()
        length = min(_STRETCH, self._size)
        last = self._size - length
        for start in (0, last, *self._generator.integers(0, last + 1, _STRETCHES).tolist()):
            copied = self._target.read(start, length)
            if not np.array_equal(copied, self._source.read(start, length)):
                raise WrongResultError(f"a copy of {self._size} bytes differs from its original")

    def close(self) -> None:
        """Give its memory back."""
        self._session.give_back(self._stack)

    def _copying(self) -> Callable[[], None]:
        call, driver = _CALLS[self._direction], self._session.driver
        arguments: tuple[Any, ...] = (
            self._target.address,
            self._source.address,
            self._size,
            self._session.stream,
        )
        return lambda: driver.call(call, *arguments)

    def _memory(self, *, pinned: bool) -> DeviceMemory | PinnedMemory:
        made = self._session.pin(self._size) if pinned else self._session.allocate(self._size)
        self._stack.callback(made.close)
        return made
