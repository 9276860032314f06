"""Random operands as the libraries want them, beside the exact numbers that they stand for.

All are drawn from the standard normal distribution. Integers are scaled to span their type, the
unsigned ones to seven bits: two products of seven by eight bits never exceed the sixteen that
AVX2's multiplication adds them up in (VPMADDUBSW saturates), so that every library is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gauger_probes.measure import aligned
from gauger_probes.measure.backends.protocol import Precision, Shape
from gauger_probes.measure.product import Matrix

_SIGNED_SCALE, _SIGNED_LIMIT = 40.0, 127
_UNSIGNED_SCALE, _UNSIGNED_MIDDLE, _UNSIGNED_LIMIT = 20.0, 64, 127


@dataclass(frozen=True, slots=True)
class Operands:
    """``a`` (m × k) and ``b`` (k × n) as they lie in memory, row by row; bf16 as its 16 bits."""

    precision: Precision
    a: Matrix
    b: Matrix

    def exact(self) -> tuple[Matrix, Matrix]:
        """Return both as numbers that numpy has a type for."""
        if self.precision is Precision.BF16:
            return from_bfloat16(self.a), from_bfloat16(self.b)
        return self.a, self.b


def draw(precision: Precision, shape: Shape, generator: np.random.Generator) -> Operands:
    """Return operands of ``precision``: for int8, ``a`` is unsigned and ``b`` signed.

    Raises:
        MemoryError: there is no room.
    """
    left, right = (shape.m, shape.k), (shape.k, shape.n)
    if precision is Precision.INT8:
        return Operands(precision, _unsigned(left, generator), _signed(right, generator))
    return Operands(
        precision, _floats(precision, left, generator), _floats(precision, right, generator)
    )


def to_bfloat16(values: Matrix) -> Matrix:
    """Return the upper halves of float32 numbers, rounded to nearest, ties to even."""
    bits = values.view(np.uint32)
    rounded: Matrix = ((bits + (np.uint32(0x7FFF) + (bits >> 16 & 1))) >> 16).astype(np.uint16)
    return rounded


def from_bfloat16(halves: Matrix) -> Matrix:
    """Return the float32 numbers that bfloat16 ``halves`` stand for."""
    values: Matrix = (halves.astype(np.uint32) << 16).view(np.float32)
    return values


def _floats(precision: Precision, sides: tuple[int, int], generator: np.random.Generator) -> Matrix:
    wide: type[np.float64 | np.float32] = np.float64 if precision is Precision.FP64 else np.float32
    values = aligned.empty(sides, wide)
    generator.standard_normal(dtype=wide, out=values)
    if precision is Precision.BF16:
        return _placed(to_bfloat16(values), np.uint16)
    return _placed(values, np.float16) if precision is Precision.FP16 else values


def _signed(sides: tuple[int, int], generator: np.random.Generator) -> Matrix:
    values = generator.standard_normal(sides, dtype=np.float32)
    values *= _SIGNED_SCALE
    return _placed(_whole(values, -_SIGNED_LIMIT, _SIGNED_LIMIT), np.int8)


def _unsigned(sides: tuple[int, int], generator: np.random.Generator) -> Matrix:
    values = generator.standard_normal(sides, dtype=np.float32)
    values *= _UNSIGNED_SCALE
    values += _UNSIGNED_MIDDLE
    return _placed(_whole(values, 0, _UNSIGNED_LIMIT), np.uint8)


def _placed(values: Matrix, kind: npt.DTypeLike) -> Matrix:
    """Return ``values``, converted, where a cache line begins."""
    target: Matrix = aligned.empty(values.shape, kind)
    np.copyto(target, values, casting="unsafe")
    return target


def _whole(values: Matrix, low: int, high: int) -> Matrix:
    np.rint(values, out=values)
    return np.clip(values, low, high, out=values)
