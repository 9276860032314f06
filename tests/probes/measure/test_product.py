"""A right product passes; every way of getting it wrong is noticed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.product import Matrix, check

_ROUNDOFF: dict[type[np.float64 | np.float32], float] = {
    np.float64: 2.0**-53,
    np.float32: 2.0**-24,
}
_TYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def _operands(dtype: type[np.float64 | np.float32], size: int = 512) -> tuple[Matrix, Matrix]:
    generator = np.random.default_rng(7)
    a: Matrix = generator.standard_normal((size, size), dtype=dtype)
    b: Matrix = generator.standard_normal((size, size), dtype=dtype)
    return a, b


def _nothing(a: Matrix, b: Matrix) -> Matrix:
    return np.zeros_like(a)


def _not_a_number(a: Matrix, b: Matrix) -> Matrix:
    return np.full_like(a, np.nan)


def _infinite(a: Matrix, b: Matrix) -> Matrix:
    return np.full_like(a, np.inf)


def _transposed(a: Matrix, b: Matrix) -> Matrix:
    return np.ascontiguousarray((a @ b).T)


def _without_the_last_term(a: Matrix, b: Matrix) -> Matrix:
    product: Matrix = a[:, :-1] @ b[:-1]
    return product


def _with_a_block_left_out(a: Matrix, b: Matrix) -> Matrix:
    product: Matrix = a @ b
    side = len(a) // 8
    product[3 * side : 4 * side, 5 * side : 6 * side] = 0
    return product


def _in_bfloat16(a: Matrix, b: Matrix) -> Matrix:
    """Cut the inputs to 8 bits of significand, as a library may that promises fp32."""

    def cut(matrix: Matrix) -> Matrix:
        bits = matrix.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)
        return bits.view(np.float32)

    product: Matrix = cut(a) @ cut(b)
    return product.astype(a.dtype)


@_TYPES
@pytest.mark.parametrize("size", [128, 512, 1024])
def test_the_product_of_this_machine_passes(
    dtype: type[np.float64 | np.float32], size: int
) -> None:
    a, b = _operands(dtype, size)
    check(a, b, a @ b, np.random.default_rng(1), _ROUNDOFF[dtype])


@_TYPES
@pytest.mark.parametrize(
    "wrong",
    [
        _nothing,
        _not_a_number,
        _infinite,
        _transposed,
        _without_the_last_term,
        _with_a_block_left_out,
        _in_bfloat16,
    ],
)
def test_a_wrong_product_is_noticed_wherever_the_samples_fall(
    wrong: Callable[[Matrix, Matrix], Matrix], dtype: type[np.float64 | np.float32]
) -> None:
    a, b = _operands(dtype)
    product = wrong(a, b)
    for seed in range(5):
        with pytest.raises(WrongResultError, match="is wrong at"):
            check(a, b, product, np.random.default_rng(seed), _ROUNDOFF[dtype])


def test_double_precision_that_was_done_in_single_is_noticed() -> None:
    a, b = _operands(np.float64)
    single = (a.astype(np.float32) @ b.astype(np.float32)).astype(np.float64)
    with pytest.raises(WrongResultError):
        check(a, b, single, np.random.default_rng(1), _ROUNDOFF[np.float64])


def _integers(m: int, n: int, k: int) -> tuple[Matrix, Matrix, Matrix]:
    generator = np.random.default_rng(8)
    a: Matrix = generator.integers(0, 128, (m, k), dtype=np.uint8)
    b: Matrix = generator.integers(-127, 128, (k, n), dtype=np.int8)
    return a, b, a.astype(np.int32) @ b.astype(np.int32)


def test_a_product_of_unlike_sides_passes_and_a_transposed_one_does_not() -> None:
    a, b, product = _integers(96, 64, 160)
    check(a, b, product, np.random.default_rng(1), 0.0)
    with pytest.raises(WrongResultError, match="has the shape"):
        check(a, b, product.T, np.random.default_rng(1), 0.0)


def test_integers_must_be_exact() -> None:
    a, b, product = _integers(64, 96, 512)
    with pytest.raises(WrongResultError, match="64 × 512 and 512 × 96 matrices of uint8"):
        check(a, b, product + 1, np.random.default_rng(1), 0.0)


def test_sums_that_saturated_at_sixteen_bits_are_noticed() -> None:
    a = np.full((64, 64), 255, np.uint8)
    b = np.full((64, 64), 127, np.int8)
    pairs = np.minimum(2 * 255 * 127, 2**15 - 1)
    with pytest.raises(WrongResultError):
        check(a, b, np.full((64, 64), 32 * pairs, np.int32), np.random.default_rng(1), 0.0)


def test_rounding_to_half_precision_is_allowed_where_it_is_said_and_only_there() -> None:
    a, b = _operands(np.float32, 256)
    half = (a @ b).astype(np.float16).astype(np.float32)
    check(a, b, half, np.random.default_rng(1), 2.0**-11)
    with pytest.raises(WrongResultError):
        check(a, b, half, np.random.default_rng(1), 2.0**-24)
