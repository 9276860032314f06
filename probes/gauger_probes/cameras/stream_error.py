"""Why a stream ended: the kernel's error numbers, named for people (V4L2 uapi, return values)."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from enum import StrEnum


class Trouble(StrEnum):
    """The ways in which a stream fails."""

    UNPLUGGED = "unplugged while it was used"
    BUSY = "in use by another program"
    NO_BANDWIDTH = "the bus has no bandwidth left for it; give it another port or controller"
    NO_PIPELINE = "its picture pipeline is not set up"
    FAULTY = "the driver reports a fault"
    REFUSED = "the driver refuses the mode"
    DENIED = "permission denied"
    HUNG = "it does not answer its driver"
    SILENT = "it streams, and no frame came"
    OTHER = "it failed"


_BY_NUMBER = {
    errno.ENODEV: Trouble.UNPLUGGED,
    errno.ENXIO: Trouble.UNPLUGGED,
    errno.ESHUTDOWN: Trouble.UNPLUGGED,
    errno.EBUSY: Trouble.BUSY,
    errno.ENOSPC: Trouble.NO_BANDWIDTH,
    errno.EPIPE: Trouble.NO_PIPELINE,
    errno.EIO: Trouble.FAULTY,
    errno.EINVAL: Trouble.REFUSED,
    errno.EACCES: Trouble.DENIED,
    errno.EPERM: Trouble.DENIED,
    errno.ETIMEDOUT: Trouble.HUNG,
    errno.EPROTO: Trouble.HUNG,
}


class StreamError(Exception):
    """A stream could not begin, or broke; ``trouble`` says which way."""

    def __init__(self, trouble: Trouble, detail: str | None = None) -> None:
        super().__init__(f"{trouble} ({detail})" if detail else str(trouble))
        self.trouble = trouble


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn an ``OSError`` of the body into the :class:`StreamError` that it means."""
    try:
        yield
    except OSError as problem:
        number = problem.errno or 0
        detail = errno.errorcode.get(number) or os.strerror(number)
        raise StreamError(_BY_NUMBER.get(number, Trouble.OTHER), detail) from problem
