"""Whether entries of a product are right, by sums on the host that share nothing with the device.

The kernels add along k in order. Step i rounds a partial sum s_i, and where it is not fused also
the product p_i, each by at most the unit u of the accumulator. Independent errors of mean zero so
bounded add up to more than l u √Σ(s_i² + p_i²) with probability 2 exp(-l²/2) at most (Hoeffding's
inequality; the model of N. J. Higham and T. Mary, SIAM J. Sci. Comput. 41, 2019). Unlike a bound
of Σ|p_i| it stays below the result's own size in fp16.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.errors import WrongResultError

#: Cells along each side: a wrong block of an eighth of the side cannot hide.
CELLS = 16
#: The l of the bound: one good entry in 10¹³ lies outside.
_DEVIATIONS = 8

Values = npt.NDArray[np.float64]


def places(size: int, generator: np.random.Generator) -> list[int]:
    """Return one random place in each of ``CELLS`` equal stretches of ``size``."""
    edges = [size * cell // CELLS for cell in range(CELLS + 1)]
    return [int(generator.integers(low, high)) for low, high in pairwise(edges)]


def check_entries(left: Values, right: Values, found: Values, unit: float) -> None:
    """Check ``found`` (r × c) against the inner products of ``left`` (r × k), ``right`` (c × k).

    Raises:
        WrongResultError: an entry is further off than rounding by ``unit`` can bring it.
    """
    for row, values in enumerate(left):
        for column, others in enumerate(right):
            terms = values * others
            exact = math.fsum(terms.tolist())
            entry = float(found[row, column])
            # Written so that NaN fails.
            if not abs(entry - exact) <= _bound(terms, unit):
                raise WrongResultError(f"an entry of a product is {entry!r} instead of {exact!r}")


def _bound(terms: Values, unit: float) -> float:
    partial = np.cumsum(terms)
    return _DEVIATIONS * unit * math.sqrt(float(partial @ partial + terms @ terms))
