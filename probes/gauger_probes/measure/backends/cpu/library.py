"""What a library for the processors offers: the part of a backend's engine that multiplies.

How its products are counted, chosen and reported is its caller's; nothing here imports a library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure import product
from gauger_probes.measure.backends.protocol import Precision, Shape, Work
from gauger_probes.measure.product import Matrix

#: Bytes of an element of the operands.
ELEMENT_BYTES: Mapping[Precision, int] = {
    Precision.FP64: 8,
    Precision.FP32: 4,
    Precision.BF16: 2,
    Precision.FP16: 2,
    Precision.INT8: 1,
}
#: Half the distance from 1 to the next number: what rounding to a result's type costs.
UNIT_ROUNDOFF: Mapping[Precision, float] = {
    Precision.FP64: 2.0**-53,
    Precision.FP32: 2.0**-24,
    Precision.FP16: 2.0**-11,
    Precision.BF16: 2.0**-8,
}


class Library(Protocol):
    """A library that is loaded. It is opened by a function ``(Bench) -> Library``."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def threads(self) -> int:
        """On how many threads it multiplies."""

    def properties(self) -> Mapping[str, JsonValue]:
        """Its version and settings, for ``conditions``."""

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """What a product takes in memory, copies of the library's own included."""

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Work:
        """Prepare a dense product of standard-normal data.

        Raises:
            NotNativeError: the library does not multiply this precision.
            MemoryError: there is no room.
        """


@dataclass(frozen=True, slots=True)
class Product:
    """A product that ``call`` computes and ``fetch`` returns.

    ``a`` and ``b`` hold the operands exactly (floats, or integers); ``roundoff`` is that of the
    result, 0 for integers. Its memory is given back when nobody holds the product any longer.
    """

    method: str
    a: Matrix
    b: Matrix
    call: Callable[[], object]
    fetch: Callable[[], Matrix]
    roundoff: float
    stopwatch: Callable[[], float]
    generator: np.random.Generator

    def run(self, repetitions: int) -> float:
        """Multiply so often, and return the seconds of wall time."""
        began_s = self.stopwatch()
        for _ in range(repetitions):
            self.call()
        return self.stopwatch() - began_s

    def check(self) -> None:
        """Compare what was computed last with a reference.

        Raises:
            WrongResultError: an entry is wrong.
        """
        product.check(self.a, self.b, self.fetch(), self.generator, self.roundoff)

    def close(self) -> None:
        """Nothing is held that garbage collection does not give back."""


def plain_bytes(precision: Precision, shape: Shape, copies_of_b: int = 0) -> int:
    """Return the bytes of both operands, of the result, and of copies of the second operand."""
    element = ELEMENT_BYTES[precision]
    result = 8 if precision is Precision.FP64 else 4
    operands = shape.m * shape.k + (1 + copies_of_b) * shape.k * shape.n
    return element * operands + result * shape.m * shape.n
