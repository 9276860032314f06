"""Operands are random, of their type, and known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.measure.backends.cpu.operands import draw, from_bfloat16, to_bfloat16
from gauger_probes.measure.backends.protocol import Precision, Shape

_SHAPE = Shape(300, 200, 100)
_TYPES = {
    Precision.FP64: (np.float64, np.float64),
    Precision.FP32: (np.float32, np.float32),
    Precision.FP16: (np.float16, np.float16),
    Precision.BF16: (np.uint16, np.uint16),
    Precision.INT8: (np.uint8, np.int8),
}


@pytest.mark.parametrize("precision", list(_TYPES))
def test_the_matrices_are_random_of_their_type_and_never_zeros(precision: Precision) -> None:
    drawn = draw(precision, _SHAPE, np.random.default_rng(5))
    assert (drawn.a.dtype.type, drawn.b.dtype.type) == _TYPES[precision]
    assert (drawn.a.shape, drawn.b.shape) == ((300, 100), (100, 200))
    for matrix in drawn.exact():
        assert np.count_nonzero(matrix) > 0.98 * matrix.size
        values = matrix.astype(np.float64)
        scaled = (values - np.median(values)) / values.std()
        assert np.mean(np.abs(scaled) < 1) == pytest.approx(0.683, abs=0.02), "as normal data is"
    again = draw(precision, _SHAPE, np.random.default_rng(6))
    assert not np.array_equal(drawn.a, again.a)


def test_integers_span_their_types_and_two_products_never_saturate_sixteen_bits() -> None:
    drawn = draw(Precision.INT8, Shape(1000, 1000, 1000), np.random.default_rng(7))
    assert (drawn.a.min(), drawn.a.max()) == (0, 127)
    assert (drawn.b.min(), drawn.b.max()) == (-127, 127)
    assert 2 * int(drawn.a.max()) * 127 < 2**15


def test_bfloat16_is_rounded_to_nearest_ties_to_even() -> None:
    exact = np.array([1.0, -2.5, 0.0, 2.0**127], dtype=np.float32)
    assert np.array_equal(from_bfloat16(to_bfloat16(exact)), exact)
    # Between 1 and 1 + 2⁻⁷ lies 1 + 2⁻⁸: a tie, which goes to the even 1; from 1 + 3 · 2⁻⁸ up.
    ties = np.array([1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20], dtype=np.float32)
    assert from_bfloat16(to_bfloat16(ties)).tolist() == [1.0, 1 + 2**-6, 1 + 2**-7]
