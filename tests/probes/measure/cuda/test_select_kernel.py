"""The kernel's own source, run by the host, selects what sorting with numpy finds."""

from __future__ import annotations

import re
import shutil
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gauger_probes.measure.backends.cuda import kernel as bindings
from gauger_probes.measure.backends.cuda.kernel import MOST_BEST, SEGMENT, THREADS
from gauger_probes.measure.backends.ranking import NONE
from support.cuda_stand_in import KERNELS
from support.select_kernel import Picked, SelectKernel, build_kernel

Scores = npt.NDArray[Any]

#: Around one block of threads and one segment, and several of them.
SIZES = (1, 9, 10, 11, 64, 255, 256, 257, 1000, 4095, 4096, 4097, 9999)
LENGTHS = (1, 10, MOST_BEST)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> SelectKernel:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler: cc is not installed")
    return build_kernel(tmp_path_factory.mktemp("select"))


def ranked(scores: Scores) -> Scores:
    """Return numbers in the order of ``scores``: alike for equal ones, 0 for NaN."""
    absent = np.isnan(scores) if scores.dtype == np.float32 else np.zeros(scores.shape, bool)
    ranks = np.searchsorted(np.unique(scores[~absent]), scores) + 1
    return np.where(absent, 0, ranks)


def assert_best(picked: Picked, scores: Scores, k: int, indices: Scores | None = None) -> None:
    """Check every list against sorting; ``indices``: those of ``scores``, NONE where there is no
    score."""
    for query, segment in np.ndindex(picked.scores.shape[:2]):
        part = slice(segment * SEGMENT, (segment + 1) * SEGMENT)
        own = scores[query, part]
        names = np.arange(scores.shape[1])[part] if indices is None else indices[query, part]
        own, names = own[names != NONE], names[names != NONE]
        wanted = min(k, len(own))
        found, named = picked.scores[query, segment], picked.indices[query, segment]
        assert np.all(named[wanted:] == NONE)
        at = {int(name): place for place, name in enumerate(names)}
        places = [at[int(name)] for name in named[:wanted]]
        assert len(set(places)) == wanted
        assert np.array_equal(found[:wanted], own[places], equal_nan=own.dtype != np.int32)
        ranks = ranked(own)
        assert np.array_equal(ranks[places], np.sort(ranks)[::-1][:wanted])


def make_normal(generator: np.random.Generator, size: int) -> Scores:
    return generator.standard_normal((2, size)).astype(np.float32)


def make_few_values(generator: np.random.Generator, size: int) -> Scores:
    return generator.integers(-2, 3, (2, size)).astype(np.float32)


def make_equal(generator: np.random.Generator, size: int) -> Scores:
    return np.full((2, size), -3.5, np.float32)


def make_negative(generator: np.random.Generator, size: int) -> Scores:
    return -np.abs(make_normal(generator, size)) - 1


def make_ascending(generator: np.random.Generator, size: int) -> Scores:
    return np.arange(2 * size, dtype=np.float32).reshape(2, size)


def make_crowded(generator: np.random.Generator, size: int) -> Scores:
    """Return the highest ones all in one group fewer than the list is long: the most to collect."""
    scores = make_normal(generator, size)
    scores[:, np.arange(size) % 64 < MOST_BEST - 1] += 100
    return scores


def make_late(generator: np.random.Generator, size: int) -> Scores:
    """Return the highest ones all in threads that stand for no group."""
    scores = make_normal(generator, size)
    scores[:, np.arange(size) % THREADS >= 64] += 100
    return scores


def make_nan(generator: np.random.Generator, size: int) -> Scores:
    scores = make_normal(generator, size)
    scores[generator.random((2, size)) < 0.9] = np.nan
    scores[generator.random((2, size)) < 0.05] = -np.nan
    scores[generator.random((2, size)) < 0.02] = -np.inf
    scores[generator.random((2, size)) < 0.01] = np.inf
    return scores


def make_all_nan(generator: np.random.Generator, size: int) -> Scores:
    return np.full((2, size), np.nan, np.float32)


def make_whole(generator: np.random.Generator, size: int) -> Scores:
    return generator.integers(-(2**31), 2**31, (2, size)).astype(np.int32)


def make_whole_few(generator: np.random.Generator, size: int) -> Scores:
    values = np.array([-(2**31), -(2**31) + 1, -1, 0, 2**31 - 1], np.int32)
    return generator.choice(values, (2, size))


def make_whole_least(generator: np.random.Generator, size: int) -> Scores:
    return np.full((2, size), -(2**31), np.int32)


MAKERS = [
    *(make_normal, make_few_values, make_equal, make_negative, make_ascending, make_crowded),
    make_late,
    *(make_nan, make_all_nan, make_whole, make_whole_few, make_whole_least),
]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__.removeprefix("make_"))
def test_the_best_of_every_segment_are_those_that_sorting_finds(
    kernel: SelectKernel, make: Any
) -> None:
    generator = np.random.default_rng(11)
    for size, k in product(SIZES, LENGTHS):
        scores = make(generator, size)
        assert_best(kernel.pick(scores, k), scores, k)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__.removeprefix("make_"))
def test_lists_merged_by_the_same_kernel_are_those_of_all_scores(
    kernel: SelectKernel, make: Any
) -> None:
    generator = np.random.default_rng(12)
    for size, k in ((5, 10), (4099, 10), (3 * SEGMENT, 32), (2 * SEGMENT + 7, 1)):
        scores = make(generator, size)
        lists = kernel.pick(scores, k)
        flat, names = lists.scores.reshape(2, -1), lists.indices.reshape(2, -1)
        merged = kernel.pick(np.ascontiguousarray(flat), k, np.ascontiguousarray(names))
        assert merged.scores.shape == (2, 1, k)
        for query in range(2):
            own, wanted = scores[query], min(k, size)
            named = merged.indices[query, 0]
            assert np.all(named[wanted:] == NONE)
            assert len(np.unique(named[:wanted])) == wanted
            ranks = ranked(own)
            assert np.array_equal(ranks[named[:wanted]], np.sort(ranks)[::-1][:wanted])


def test_indices_that_are_carried_name_the_scores_and_what_fills_up_is_passed_over(
    kernel: SelectKernel,
) -> None:
    generator = np.random.default_rng(13)
    for size, k, absent in product((3, 40, 300, 5000), (1, 10, 32), (0.0, 0.5, 0.99)):
        scores = make_nan(generator, size)
        indices = generator.permuted(np.arange(10**6, 10**6 + size, dtype=np.uint32))
        indices = np.stack([indices, indices[::-1]])
        missing = generator.random((2, size)) < absent
        scores[missing], indices[missing] = np.nan, NONE
        assert_best(kernel.pick(scores, k, indices), scores, k, indices)


def test_indices_count_from_the_first_of_the_chunk(kernel: SelectKernel) -> None:
    scores = make_ascending(np.random.default_rng(1), SEGMENT + 5)
    picked = kernel.pick(scores, 3, first=1000)
    assert picked.indices[0].tolist() == [
        [1000 + SEGMENT - 1, 1000 + SEGMENT - 2, 1000 + SEGMENT - 3],
        [1000 + SEGMENT + 4, 1000 + SEGMENT + 3, 1000 + SEGMENT + 2],
    ]


def test_scores_beyond_the_count_are_not_selected(kernel: SelectKernel) -> None:
    scores = make_ascending(np.random.default_rng(1), 700)
    picked = kernel.pick(scores, 2, padding=300)
    assert picked.indices.tolist() == [[[399, 398]], [[399, 398]]]


def test_the_numbers_of_the_bindings_are_those_of_the_source() -> None:
    source = (KERNELS / "select.cu").read_text("utf-8")
    defined = dict(re.findall(r"#define (\w+) (\d+)\n", source))
    assert int(defined["THREADS"]) == THREADS
    assert int(defined["THREADS"]) * int(defined["EACH"]) == SEGMENT
    assert int(defined["MOST_BEST"]) == MOST_BEST
    assert "#define NONE 0xFFFFFFFFu\n" in source
    assert NONE == 0xFFFFFFFF
    assert int(defined["GROUPS"]) >= MOST_BEST


def test_the_bindings_name_the_kernel_s_parameters_in_its_order() -> None:
    source = (KERNELS / "select.cu").read_text("utf-8")
    stated = re.search(r"\nselect_best\((.*?)\)\n", source, re.DOTALL)
    assert stated is not None
    names = [each.split()[-1].lstrip("*") for each in stated[1].split(",")]
    assert names == list(bindings.Selection.__dataclass_fields__)
