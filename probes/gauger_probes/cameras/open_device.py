"""An opened /dev/videoN: its ioctls, its buffers and its readiness, as streaming needs them."""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import time
from collections.abc import Iterator

from gauger_probes.cameras.v4l2_node import Question, ioctl_on, open_node


class OpenDevice:
    """The node behind ``descriptor``, which stays the caller's to close."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self.ioctl = ioctl_on(descriptor)

    def map(self, length: int, offset: int) -> mmap.mmap:
        """Map a buffer of the driver's for reading.

        Raises:
            OSError: the kernel refuses.
        """
        return mmap.mmap(self._descriptor, length, mmap.MAP_SHARED, mmap.PROT_READ, offset=offset)

    def wait(self, seconds: float) -> bool:
        """Wait until the node has something to say, an error included, at most ``seconds``."""
        return bool(self._poll.poll(max(0.0, seconds) * 1000))

    def now(self) -> float:
        """Return the time of ``CLOCK_MONOTONIC`` in seconds."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)


@contextlib.contextmanager
def opened(question: Question) -> Iterator[OpenDevice]:
    """Open the node that ``question`` names, and close it whatever happens.

    Raises:
        OSError: it cannot be opened, or is another device.
    """
    descriptor = open_node(question)
    try:
        yield OpenDevice(descriptor)
    finally:
        os.close(descriptor)
