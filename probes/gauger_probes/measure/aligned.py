"""Arrays that begin where a cache line does, as those of libraries for matrices do.

numpy's begin at a multiple of 16 bytes. A row that straddles cache lines costs a matrix unit twice
the loads (``python -m benchmarks.gemm.alignment``; figures in docs/performance.md).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

#: Bytes of a cache line, and of the widest vector.
LINE = 64


def empty(sides: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array of those sides, by rows, whose numbers are not set.

    Raises:
        MemoryError: there is no room.
    """
    kind = np.dtype(dtype)
    size = math.prod(sides) * kind.itemsize
    room = np.empty(size + LINE, np.uint8)
    first = -room.ctypes.data % LINE
    return room[first : first + size].view(kind).reshape(sides)


def full(sides: tuple[int, ...], dtype: npt.DTypeLike, value: float) -> npt.NDArray[Any]:
    """Return such an array of one number."""
    array = empty(sides, dtype)
    array.fill(value)
    return array
