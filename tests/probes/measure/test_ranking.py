"""That the true best of a gallery are believed, and each way to be wrong is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gauger_probes.measure.backends.ranking import NONE, Answer, check_answer
from gauger_probes.measure.errors import WrongResultError

ROWS, SIZE, K = 512, 1300, 10
GENERATOR = np.random.default_rng(3)
FLOATS = GENERATOR.standard_normal((ROWS, 64)).astype(np.float32)
WHOLE = GENERATOR.integers(-127, 128, (ROWS, 64)).astype(np.int8)


def truth(block: np.ndarray[tuple[int, int], np.dtype[np.generic]], size: int) -> Answer:
    """Return the true answer for the first template as query, by sorting the whole gallery."""
    gallery = np.resize(block, (size, 64)).astype(np.float64)
    scores = gallery @ block[0].astype(np.float64)
    order = np.argsort(-scores, kind="stable")[:K]
    filler = K - len(order)
    return Answer(
        np.concatenate([scores[order], np.full(filler, -np.inf)]),
        np.concatenate([order, np.full(filler, NONE)]),
    )


@pytest.mark.parametrize("block", [FLOATS, WHOLE], ids=["fp32", "int8"])
@pytest.mark.parametrize("size", [3, K, ROWS - 1, ROWS, SIZE])
def test_the_true_best_are_believed(
    block: np.ndarray[tuple[int, int], np.dtype[np.generic]], size: int
) -> None:
    check_answer(truth(block, size), block, block[0], size)


def test_equal_scores_may_come_under_any_of_their_indices() -> None:
    answer = truth(FLOATS, SIZE)
    assert answer.indices[1] == ROWS
    swapped = answer.indices.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    check_answer(replace(answer, indices=swapped), FLOATS, FLOATS[0], SIZE)


def _missed(answer: Answer) -> Answer:
    gallery = truth(FLOATS, SIZE)
    scores, indices = answer.scores.copy(), answer.indices.copy()
    worse = FLOATS.astype(np.float64) @ FLOATS[0].astype(np.float64)
    indices[-1] = int(np.argmin(worse))
    scores[-1] = worse.min()
    assert indices[-1] not in gallery.indices
    return Answer(scores, indices)


def _twice(answer: Answer) -> Answer:
    assert answer.scores[0] == answer.scores[1]
    first, rest = answer.indices[:1], answer.indices[2:]
    return replace(answer, indices=np.concatenate([first, first, rest]))


WRONG: dict[str, Callable[[Answer], Answer]] = {
    "a better one missed": _missed,
    "the same one twice": _twice,
    "scores of others": lambda each: replace(each, scores=each.scores + 0.01),
    "a score that is no number": lambda each: replace(each, scores=each.scores * np.nan),
    "an index beyond the gallery": lambda each: replace(each, indices=each.indices + 3 * ROWS),
    "indices of others": lambda each: replace(each, indices=each.indices + 1),
    "nothing at all": lambda each: replace(each, indices=np.full(K, NONE)),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_is_found(spoil: Callable[[Answer], Answer]) -> None:
    with pytest.raises(WrongResultError):
        check_answer(spoil(truth(FLOATS, SIZE)), FLOATS, FLOATS[0], SIZE)


def test_whole_scores_must_be_exact() -> None:
    answer = truth(WHOLE, SIZE)
    scores = answer.scores.copy()
    scores[-1] -= 1
    with pytest.raises(WrongResultError):
        check_answer(replace(answer, scores=scores), WHOLE, WHOLE[0], SIZE)


def test_what_fills_up_a_short_answer_is_no_template() -> None:
    answer = truth(FLOATS, 3)
    made_up = answer.indices.copy()
    made_up[-1] = 2
    with pytest.raises(WrongResultError, match="names"):
        check_answer(replace(answer, indices=made_up), FLOATS, FLOATS[0], 3)
