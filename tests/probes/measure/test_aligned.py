"""Arrays begin at a cache line, whatever their sides and their type."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.measure import aligned
from gauger_probes.measure.backends.cpu import operands
from gauger_probes.measure.backends.protocol import Precision, Shape


@pytest.mark.parametrize("sides", [(1,), (3, 5), (7, 11, 13), (300, 700)])
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.float32, np.float64])
def test_an_array_begins_at_a_line_and_is_wholly_its_own(
    sides: tuple[int, ...], dtype: type
) -> None:
    array, other = aligned.full(sides, dtype, 3), aligned.full(sides, dtype, 4)
    assert array.ctypes.data % aligned.LINE == 0
    assert array.shape == sides
    assert array.dtype == dtype
    assert array.flags.c_contiguous
    assert np.all(array == 3)
    assert np.all(other == 4)


@pytest.mark.parametrize(
    "precision",
    [Precision.FP64, Precision.FP32, Precision.BF16, Precision.FP16, Precision.INT8],
)
def test_operands_are_aligned(precision: Precision) -> None:
    drawn = operands.draw(precision, Shape(31, 17, 23), np.random.default_rng(3))
    assert drawn.a.ctypes.data % aligned.LINE == drawn.b.ctypes.data % aligned.LINE == 0


def test_no_room_is_an_error_of_memory() -> None:
    with pytest.raises(MemoryError):
        aligned.empty((1 << 40, 1 << 10), np.float64)
