"""The best of many scores are found whatever the blocks they come in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gauger_probes.measure.search.top import Best, Hits, Scores, together


def _expected(scores: Scores, k: int) -> list[list[int]]:
    order = np.argsort(-scores.astype(np.float64), axis=1, kind="stable")[:, :k]
    return [[int(place) for place in row] for row in order]


def _distinct(queries: int, templates: int, seed: int) -> Scores:
    """Return scores no two of which are the same within a query."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(templates) for _ in range(queries)]) - templates // 2


def _in_blocks(scores: Scores, sizes: list[int], k: int) -> Hits:
    best, at = Best(k), 0
    for size in sizes:
        best.add(scores[:, at : at + size], at)
        at += size
    assert at == scores.shape[1]
    return best.hits


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(10, 700), min_size=1, max_size=6),
    queries=st.integers(1, 5),
    kind=st.sampled_from([np.int32, np.float32]),
    seed=st.integers(0, 2**32),
)
def test_the_result_is_that_of_sorting_everything(
    sizes: list[int], queries: int, kind: type[np.int32 | np.float32], seed: int
) -> None:
    scores = _distinct(queries, sum(sizes), seed).astype(kind)
    found = _in_blocks(scores, sizes, 10)
    assert found.ids.tolist() == _expected(scores, 10)
    assert np.array_equal(found.scores, np.take_along_axis(scores, found.ids, axis=1))


def test_a_block_longer_than_every_piece_of_the_first_is_searched_to_its_end() -> None:
    scores = np.zeros((1, 40_000), np.float32)
    scores[0, [511, 512, 4095, 4096, 32_767, 32_768, 39_999]] = range(1, 8)
    found = _in_blocks(scores, [40_000], 7)
    assert found.ids.tolist() == [[39_999, 32_768, 32_767, 4096, 4095, 512, 511]]


def test_rising_scores_replace_all_that_was_kept() -> None:
    scores = np.arange(900, dtype=np.int32)[np.newaxis]
    assert _in_blocks(scores, [300, 300, 300], 3).ids.tolist() == [[899, 898, 897]]


def test_ids_count_from_the_first_template_of_each_block() -> None:
    best = Best(2)
    best.add(np.array([[3, 9, 1]], np.int32), 100)
    best.add(np.array([[2, 5]], np.int32), 700)
    assert best.hits.ids.tolist() == [[101, 701]]


def test_parts_that_were_searched_apart_are_ranked_together() -> None:
    parts = [
        Hits(np.array([[1, 2]]), np.array([[9, 5]])),
        Hits(np.array([[7, 8]]), np.array([[8, 6]])),
    ]
    found = together(parts, 2)
    assert (found.ids.tolist(), found.scores.tolist()) == ([[1, 7]], [[9, 8]])


def test_nothing_searched_is_no_result() -> None:
    with pytest.raises(LookupError):
        _ = Best(10).hits
