"""Whether a matrix product is right, by a reference that shares nothing with what was timed.

One entry in each cell of a grid is computed anew: integers exactly, floats by ``math.fsum``, which
does not round. For independent rounding errors of unit u, n of them leave an inner product within
l √n u Σ|a||b| of its exact value with probability 1 - 2 n exp(-l²/2) (N. J. Higham and T. Mary,
"A New Approach to Probabilistic Rounding Error Analysis", SIAM J. Sci. Comput. 41, 2019), which is
near enough to notice inputs that were shortened on the way.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.errors import WrongResultError

Matrix: TypeAlias = npt.NDArray[Any]

#: Cells along each side of the grid: a wrong block of an eighth of the side cannot hide.
_CELLS = 16
#: The l of the bound: for n = 4096, one good entry in 10¹⁰ lies outside.
_DEVIATIONS = 8


def check(
    a: Matrix, b: Matrix, product: Matrix, generator: np.random.Generator, roundoff: float
) -> None:
    """Check ``product`` (m × n) against ``a`` (m × k) times ``b`` (k × n).

    ``roundoff`` is the unit u of the type that products are added up and kept in; 0 for
    integers, which must be exact.

    Raises:
        WrongResultError: it has another shape, or an entry is further from its exact value than
            rounding can bring it.
    """
    sides = (a.shape[0], b.shape[1])
    if product.shape != sides:
        raise WrongResultError(f"a product of {sides} matrices has the shape {product.shape}")
    rows, columns = _places(sides[0], generator), _places(sides[1], generator)
    left, right = a[rows].astype(np.float64), b[:, columns].astype(np.float64)
    growth = _DEVIATIONS * math.sqrt(a.shape[1]) * roundoff
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            terms = (left[i] * right[:, j]).tolist()
            bound = growth * math.fsum(map(abs, terms))
            found = float(product[row, column])
            # Written so that NaN fails.
            if not abs(found - math.fsum(terms)) <= bound:
                raise WrongResultError(
                    f"a product of {a.shape[0]} × {a.shape[1]} and {b.shape[0]} × {b.shape[1]}"
                    f" matrices of {a.dtype} is wrong at [{row}, {column}]:"
                    f" {found!r} instead of {math.fsum(terms)!r}"
                )


def _places(size: int, generator: np.random.Generator) -> list[int]:
    """Return one random place in each of ``_CELLS`` equal stretches of ``size``."""
    edges = [size * cell // _CELLS for cell in range(_CELLS + 1)]
    return [int(generator.integers(low, high)) for low, high in pairwise(edges)]
