"""All CPUs search their part, and what they find together is checked against a reference."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gauger_probes.measure import blas
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.search.check import check
from gauger_probes.measure.search.gallery import LEAST_PART, Gallery, K, filled
from gauger_probes.measure.search.scorers import FloatScorer, WholeScorer
from gauger_probes.measure.search.templates import QUERY_ZERO, queries_like
from gauger_probes.measure.search.top import Hits

_CPUS = tuple(sorted(os.sched_getaffinity(0)))
_SCORERS = pytest.mark.parametrize("make", [FloatScorer, WholeScorer])
#: More than a pool and more than a block of whole numbers, on three threads.
_LARGE = 3 * 40_000

Make = type[FloatScorer | WholeScorer]
Ids = npt.NDArray[np.int64]


def _gallery(make: Make, size: int) -> AbstractContextManager[Gallery]:
    return filled(make, size, [_CPUS[0]] * 3, np.random.default_rng(7))


def _asked(gallery: Gallery, batch: int) -> tuple[Any, Ids]:
    own = (np.arange(batch, dtype=np.int64) * 2 + 1) * gallery.size // (2 * batch)
    vectors = queries_like(gallery.rows(own), np.random.default_rng(8))
    return gallery.queries(vectors), own


@_SCORERS
@pytest.mark.parametrize("batch", [1, 5, 64])
def test_the_ten_best_of_the_whole_gallery_are_found(make: Make, batch: int) -> None:
    with _gallery(make, _LARGE) as gallery:
        assert gallery.size == _LARGE
        queries, own = _asked(gallery, batch)
        hits = gallery.search(queries)
        rows = gallery.rows(np.arange(gallery.size, dtype=np.int64)).astype(np.float64)
        zero = QUERY_ZERO if make is WholeScorer else 0
        scores = (queries.astype(np.float64) - zero) @ rows.T
        check(gallery, queries, own, hits, np.random.default_rng(9))
    expected = np.sort(scores, axis=1)[:, : -K - 1 : -1]
    assert np.take_along_axis(scores, hits.ids, axis=1) == pytest.approx(expected, abs=1e-5)
    assert hits.scores == pytest.approx(expected, abs=1e-5)
    assert hits.ids[:, 0].tolist() == own.tolist()


@_SCORERS
@pytest.mark.parametrize(
    ("asked", "each"),
    [(1, (64, 32_768)), (3 * 1000, (1000, 32_768)), (10**6, (40_000, 40_000))],
)
def test_the_front_of_a_gallery_is_searched_as_a_gallery_of_its_own(
    make: Make, asked: int, each: tuple[int, int]
) -> None:
    with _gallery(make, _LARGE) as gallery:
        front = gallery.front(asked)
        assert front.size == 3 * each[make is WholeScorer]
        queries, own = _asked(front, 5)
        hits = front.search(queries)
        check(front, queries, own, hits, np.random.default_rng(9))
        assert hits.ids.max() < front.size
        assert gallery.size == _LARGE


@_SCORERS
def test_a_part_is_never_too_small_for_the_best(make: Make) -> None:
    with _gallery(make, 1) as gallery:
        assert gallery.size == 3 * LEAST_PART
        queries, own = _asked(gallery, 2)
        check(gallery, queries, own, gallery.search(queries), np.random.default_rng(9))


def test_blas_keeps_to_the_thread_that_calls_it_while_the_gallery_is_open() -> None:
    before = blas.find().threads
    with _gallery(FloatScorer, 100):
        assert blas.find().threads == 1
    assert blas.find().threads == before


def test_blas_gets_its_threads_back_when_the_gallery_cannot_be_filled() -> None:
    before = blas.find().threads

    def exhausted(count: int, generator: np.random.Generator) -> FloatScorer:
        raise MemoryError("no page left")

    with (
        pytest.raises(MemoryError, match="no page left"),
        filled(exhausted, 1000, _CPUS, np.random.default_rng()),
    ):
        raise AssertionError("it began without its memory")
    assert blas.find().threads == before


def _of(hits: Hits, **changed: Any) -> Hits:
    return replace(hits, **changed)


def _swapped(hits: Hits) -> Hits:
    """Exchange the second and the last."""
    order = np.arange(K)
    order[[1, K - 1]] = order[[K - 1, 1]]
    return Hits(hits.ids[:, order], hits.scores[:, order])


def _without_third(hits: Hits) -> Hits:
    """Leave one out, with the last twice as far down."""
    ids, scores = hits.ids.copy(), hits.scores.copy()
    ids[:, 2:-1], scores[:, 2:-1] = hits.ids[:, 3:], hits.scores[:, 3:]
    return Hits(ids, scores)


def _one_ulp_more(hits: Hits) -> Hits:
    scores = hits.scores.astype(np.float64)
    return _of(hits, scores=scores * 1.001)


_FAULTS: dict[str, tuple[Callable[[Hits], Hits], str]] = {
    "short": (lambda hits: Hits(hits.ids[:, 1:], hits.scores[:, 1:]), "misshapen"),
    "outside": (lambda hits: _of(hits, ids=hits.ids + 10**9), "does not exist"),
    "negative": (lambda hits: _of(hits, ids=hits.ids - 10**9), "does not exist"),
    "twice": (_without_third, "comes twice"),
    "another first": (
        lambda hits: Hits(hits.ids[:, ::-1].copy(), hits.scores[:, ::-1].copy()),
        "is not found",
    ),
    "scores of others": (lambda hits: _of(hits, scores=hits.scores[::-1].copy()), "score is wrong"),
    "a bit more": (_one_ulp_more, "score is wrong"),
    "NaN": (lambda hits: _of(hits, scores=hits.scores * np.float32(np.nan)), "score is wrong"),
    "order": (_swapped, "out of order"),
}


@_SCORERS
@pytest.mark.parametrize("fault", list(_FAULTS))
def test_a_wrong_result_is_refused(make: Make, fault: str) -> None:
    spoil, why = _FAULTS[fault]
    with _gallery(make, 1500) as gallery:
        queries, own = _asked(gallery, 4)
        hits = spoil(gallery.search(queries))
        with pytest.raises(WrongResultError, match=why):
            check(gallery, queries, own, hits, np.random.default_rng(9))


@_SCORERS
def test_a_template_that_was_left_out_is_noticed(make: Make) -> None:
    with _gallery(make, 1500) as gallery:
        queries, own = _asked(gallery, 4)
        hits = gallery.search(queries)
        rows = gallery.rows(np.arange(gallery.size, dtype=np.int64)).astype(np.float64)
        zero = QUERY_ZERO if make is WholeScorer else 0
        scores = (queries.astype(np.float64) - zero) @ rows.T
        order = np.argsort(-scores, axis=1)[:, [0, *range(2, K + 1)]]
        spoilt = Hits(order, np.take_along_axis(scores, order, axis=1))
        assert spoilt.ids[:, 0].tolist() == hits.ids[:, 0].tolist()
        with pytest.raises(WrongResultError, match="better template was left out"):
            check(gallery, queries, own, spoilt, np.random.default_rng(9))


def test_a_stretch_that_was_never_searched_is_noticed() -> None:
    class Lazy(FloatScorer):
        def blocks(self, queries: Any, count: int) -> Any:
            for first, scores in super().blocks(queries, count):
                yield first, scores[:, : max(K, scores.shape[1] * 7 // 8)]

    with _gallery(Lazy, 6000) as gallery:
        queries, own = _asked(gallery, 64)
        with pytest.raises(WrongResultError, match="is not found"):
            check(gallery, queries, own, gallery.search(queries), np.random.default_rng(9))
