"""Whether a search found the best: its answers against products made on the host by numpy.

Templates repeat, so the same score may be right under several indices: an answer is right if its
index has the score that it states, no index comes twice, and the scores are the highest there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.errors import WrongResultError

#: What fills up an answer where the gallery has fewer than k templates.
NONE = 0xFFFFFFFF
#: A sum of n products in units u is off by at most l √n u Σ|p| but in one case of 10¹³
#: (``product.py``).
_DEVIATIONS = 8
#: The unit of a sum in fp32.
FP32_UNIT = 2.0**-24
#: Templates turned to fp64 at a time.
_SLICE = 8192


@dataclass(frozen=True, slots=True)
class Answer:
    """The scores and indices of one query, the best first."""

    scores: npt.NDArray[np.float64]
    indices: npt.NDArray[np.int64]


def check_answer(
    answer: Answer,
    block: npt.NDArray[np.generic],
    query: npt.NDArray[np.generic],
    size: int,
    unit: float = FP32_UNIT,
) -> None:
    """Check the answer of ``query`` in a gallery of ``size`` that repeats ``block``.

    Whole numbers must be exact, others right to the rounding of sums by ``unit``.

    Raises:
        WrongResultError: it is wrong; the message says in what.
    """
    wanted = min(len(answer.indices), size)
    indices = answer.indices[:wanted]
    if np.any(answer.indices[wanted:] != NONE) or np.any((indices < 0) | (indices >= size)):
        raise WrongResultError(f"a search of {size} templates names {answer.indices.tolist()}")
    if len(np.unique(indices)) != wanted:
        raise WrongResultError(f"a search names a template twice: {indices.tolist()}")
    scores = _scores(block, query)
    slack = _slack(block, query, unit)
    found = answer.scores[:wanted]
    # Written so that NaN fails.
    if not np.all(np.abs(found - scores[indices % len(block)]) <= slack):
        raise WrongResultError("a search states scores that its templates do not have")
    if not np.all(np.abs(found - _best(scores, size, wanted)) <= slack):
        raise WrongResultError(f"a search of {size} templates misses better ones")


def _scores(
    block: npt.NDArray[np.generic], query: npt.NDArray[np.generic]
) -> npt.NDArray[np.float64]:
    vector = query.astype(np.float64)
    slices = range(0, len(block), _SLICE)
    return np.concatenate([block[at : at + _SLICE].astype(np.float64) @ vector for at in slices])


def _slack(block: npt.NDArray[np.generic], query: npt.NDArray[np.generic], unit: float) -> float:
    """How far a score may be off: by Cauchy and Schwarz, Σ|p| is at most the norms' product."""
    if np.issubdtype(block.dtype, np.integer):
        return 0.0
    longest = max(float(np.linalg.norm(row.astype(np.float64))) for row in block[:_SLICE])
    length = float(np.linalg.norm(query.astype(np.float64)))
    return _DEVIATIONS * math.sqrt(len(query)) * unit * longest * length


def _best(scores: npt.NDArray[np.float64], size: int, wanted: int) -> npt.NDArray[np.float64]:
    """Return the highest ``wanted`` scores of a gallery that repeats ``scores``."""
    order = np.argsort(-scores[:size], kind="stable")[:wanted]
    times = -(-(size - order) // len(scores))
    return np.repeat(scores[order], times)[:wanted]
