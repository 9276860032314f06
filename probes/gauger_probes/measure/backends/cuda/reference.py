"""Whether a product computed by a device is right, at places spread over all of it.

The reference is summed by the host without rounding (``math.fsum``) from the very elements that
the device was given. For random data of mean zero, n roundings of unit u leave an inner product
within l u √n √Σ(ab)² of its exact value for a moderate l (N. J. Higham and T. Mary, "Sharper
Probabilistic Backward Error Analysis for Basic Linear Algebra Kernels with Random Data", SIAM J.
Sci. Comput. 42, 2020); storing the result rounds once more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gauger_probes.measure.backends.cuda.encode import Doubles
from gauger_probes.measure.errors import WrongResultError

#: Cells along each side of the grid: a wrong block of an eighth of the side cannot hide.
_CELLS = 16
#: The l of the bound, far above what was ever seen of sums that round.
_DEVIATIONS = 8


@dataclass(frozen=True, slots=True)
class Rounding:
    """The units of rounding: of a stored result, and of every addition to a sum."""

    output_unit: float
    sum_unit: float


def places(size: int, generator: np.random.Generator) -> list[int]:
    """Return one random place in each of up to 16 equal stretches of ``size``."""
    cells = min(_CELLS, size)
    edges = [size * cell // cells for cell in range(cells + 1)]
    return [int(generator.integers(low, high)) for low, high in pairwise(edges)]


def compare(rows: Doubles, columns: Doubles, found: Doubles, rounding: Rounding, what: str) -> None:
    """Check ``found[i, j]`` against the inner product of ``rows[i]`` and ``columns[j]``.

    Raises:
        WrongResultError: one is further from its exact value than rounding can bring it.
    """
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            terms = row * column
            exact = math.fsum(terms.tolist())
            spread = math.sqrt(len(terms)) * float(np.sqrt(np.sum(terms * terms)))
            bound = rounding.output_unit * abs(exact)
            bound += _DEVIATIONS * rounding.sum_unit * spread
            # Written so that NaN fails.
            if not abs(float(found[i, j]) - exact) <= bound:
                raise WrongResultError(
                    f"{what} is wrong: {float(found[i, j])!r} instead of {exact!r} ± {bound:.3g}"
                )
