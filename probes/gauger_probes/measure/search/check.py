"""Whether a search found what it should, by a reference that shares nothing with what was timed.

Every query resembles a template of its own stretch of the gallery, which must come first: a
stretch that was left out cannot hide. Scores are computed anew in float64, and no template of a
random sample may be better than the worst that was found. A small gallery is its own sample.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.search.gallery import Gallery, K
from gauger_probes.measure.search.templates import DIMENSIONS, QUERY_ZERO, Array, Ids
from gauger_probes.measure.search.top import Hits

#: Templates in the sample.
_SAMPLE = 2048
#: Rounding errors of n terms reach l √n u Σ|a||b|, and the sum is at most 1 for unit vectors
#: (see measure/product.py, also for l = 8).
_ROUNDING = 8 * math.sqrt(DIMENSIONS) * 2.0**-24


def check(
    gallery: Gallery, queries: Array, own: Ids, hits: Hits, generator: np.random.Generator
) -> None:
    """Check what a search for ``queries``, made from the templates ``own``, found.

    Raises:
        WrongResultError: a query's own template is not its first; a template comes twice, or does
            not exist; a score is wrong; they are out of order; or a better one was left out.
    """
    _expect(hits.ids.shape == hits.scores.shape == (len(queries), K), "the result is misshapen")
    _expect(bool(np.all((hits.ids >= 0) & (hits.ids < gallery.size))), "an id does not exist")
    _expect(all(len(set(row)) == K for row in hits.ids.tolist()), "a template comes twice")
    _expect(np.array_equal(hits.ids[:, 0], own), "a face that is in the gallery is not found")
    slack = 0.0 if queries.dtype == np.uint8 else _ROUNDING
    exact = _numbers(queries)
    found = _scores_of(gallery, exact, hits.ids)
    # Written so that NaN fails.
    _expect(bool(np.all(np.abs(hits.scores - found) <= slack)), "a score is wrong")
    _expect(bool(np.all(np.diff(found, axis=1) <= 2 * slack)), "the best are out of order")
    sample = _sample(gallery.size, generator)
    others = exact @ gallery.rows(sample).astype(np.float64).T
    missed = (others > found[:, -1:] + 2 * slack).sum(axis=1)
    # Those of the sample that were found are rightly better than the last.
    better = (found > found[:, -1:] + 2 * slack) & np.isin(hits.ids, sample)
    _expect(bool(np.all(missed <= better.sum(axis=1))), "a better template was left out")


def _expect(right: bool, otherwise: str) -> None:
    if not right:
        raise WrongResultError(f"a search of the gallery is wrong: {otherwise}")


def _numbers(queries: Array) -> npt.NDArray[np.float64]:
    return queries.astype(np.float64) - (QUERY_ZERO if queries.dtype == np.uint8 else 0)


def _scores_of(
    gallery: Gallery, queries: npt.NDArray[np.float64], ids: Ids
) -> npt.NDArray[np.float64]:
    rows = gallery.rows(ids.reshape(-1)).reshape(*ids.shape, DIMENSIONS)
    scores: npt.NDArray[np.float64] = np.einsum("qkd,qd->qk", rows.astype(np.float64), queries)
    return scores


def _sample(size: int, generator: np.random.Generator) -> Ids:
    if size <= _SAMPLE:
        return np.arange(size, dtype=np.int64)
    return generator.choice(size, _SAMPLE, replace=False)
