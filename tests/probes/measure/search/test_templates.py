"""Random templates: unit vectors, turned ones among them, and whole numbers for them."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.measure.search.templates import (
    DIMENSIONS,
    POOL,
    QUERY_ZERO,
    Pool,
    queries_like,
    random_units,
    whole_queries,
    whole_templates,
)


def test_templates_are_unit_vectors_in_all_directions() -> None:
    vectors = random_units(3000, np.random.default_rng(1))
    assert vectors.shape == (3000, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3000), abs=1e-5)
    assert np.abs(vectors.mean(axis=0)).max() < 0.005
    assert np.count_nonzero(vectors) > 0.999 * vectors.size


@pytest.mark.parametrize("order", ["C", "F"])
def test_filling_and_taking_give_the_same_templates(order: str) -> None:
    drawn = random_units(POOL, np.random.default_rng(2))
    pool = Pool(np.asfortranarray(drawn) if order == "F" else drawn)
    count = 2 * POOL + 100
    target = (
        np.full((DIMENSIONS, count), np.nan, np.float32).T
        if order == "F"
        else (np.full((count, DIMENSIONS), np.nan, np.float32))
    )
    pool.fill(target, POOL)
    ids = np.arange(count, dtype=np.int64)
    assert np.array_equal(target, pool.take(ids + POOL))
    assert np.array_equal(target[0], np.roll(drawn[0], 1))
    assert np.array_equal(target[POOL], np.roll(drawn[0], 2))


def test_turned_templates_are_as_unlike_each_other_as_random_ones() -> None:
    pool = Pool(random_units(POOL, np.random.default_rng(3)))
    ids = np.arange(0, 300 * POOL, POOL, dtype=np.int64)
    likeness = pool.take(ids) @ pool.take(ids).T
    np.fill_diagonal(likeness, 0)
    assert np.abs(likeness).max() < 0.3


def test_a_query_resembles_its_template_and_no_other() -> None:
    rng = np.random.default_rng(4)
    templates = random_units(1000, rng)
    queries = queries_like(templates, rng)
    likeness = queries @ templates.T
    own = np.diag(likeness).copy()
    assert 0.7 < own.min() < own.max() < 0.9
    np.fill_diagonal(likeness, 0)
    assert likeness.max() < 0.4


def test_whole_numbers_stand_for_the_vectors_and_stay_in_their_bits() -> None:
    vectors = random_units(500, np.random.default_rng(5))
    vectors[0, 0] = 1.0  # beyond what has a number
    templates, queries = whole_templates(vectors), whole_queries(vectors)
    assert templates.dtype == np.int8
    assert queries.dtype == np.uint8
    assert (templates.min(), templates.max()) >= (-127, 0)
    assert templates[0, 0] == queries[0, 0] == 127
    assert queries.min() >= 1
    assert queries.max() <= 127
    whole = (queries[1:].astype(float) - QUERY_ZERO) @ templates[1:].T.astype(float)
    true = vectors[1:] @ vectors[1:].T
    assert np.corrcoef(whole.ravel(), true.ravel())[0, 1] > 0.99
