"""That right products pass the reference's bound and wrong ones do not, in each precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gauger_probes.measure.backends.opencl.reference import CELLS, check_entries, places
from gauger_probes.measure.errors import WrongResultError

K = 2048
UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11}
Values = npt.NDArray[np.float64]

precisions = pytest.mark.parametrize("kind", UNITS)


def operands(kind: str) -> tuple[Values, Values]:
    generator = np.random.default_rng(5)
    left, right = generator.standard_normal((2, CELLS, K)).astype(kind).astype(np.float64)
    return left, right


def added_in_order(kind: str, left: Values, right: Values) -> Values:
    """Multiply as the kernels do: along k in order, each step rounded."""
    total: npt.NDArray[Any] = np.zeros((len(left), len(right)), kind)
    for step in range(K):
        one: npt.NDArray[Any] = left[:, step].astype(kind)
        other: npt.NDArray[Any] = right[:, step].astype(kind)
        total += np.outer(one, other)
    return np.asarray(total, np.float64)


@precisions
def test_a_product_that_was_rounded_at_every_step_is_right(kind: str) -> None:
    left, right = operands(kind)
    check_entries(left, right, added_in_order(kind, left, right), UNITS[kind])


@precisions
def test_a_single_wrong_entry_is_found(kind: str) -> None:
    left, right = operands(kind)
    found = added_in_order(kind, left, right)
    found[3, 4] = found[4, 3]
    with pytest.raises(WrongResultError):
        check_entries(left, right, found, UNITS[kind])


@precisions
@pytest.mark.parametrize("wrong", [0.0, np.nan, np.inf])
def test_a_result_that_says_the_same_everywhere_is_wrong(kind: str, wrong: float) -> None:
    left, right = operands(kind)
    with pytest.raises(WrongResultError):
        check_entries(left, right, np.full((CELLS, CELLS), wrong), UNITS[kind])


def test_inputs_that_were_shortened_on_the_way_are_noticed_in_fp32() -> None:
    left, right = operands("float32")
    short = left.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)
    found = short.view(np.float32).astype(np.float64) @ right.T
    with pytest.raises(WrongResultError):
        check_entries(left, right, found, UNITS["float32"])


def test_whole_numbers_must_be_exact() -> None:
    generator = np.random.default_rng(6)
    left, right = generator.integers(-127, 128, (2, CELLS, K)).astype(np.float64)
    check_entries(left, right, left @ right.T, 0.0)
    with pytest.raises(WrongResultError):
        check_entries(left, right, left @ right.T + 1, 0.0)


def test_places_lie_in_every_stretch_of_the_side() -> None:
    found = places(256, np.random.default_rng(7))
    assert [place * CELLS // 256 for place in found] == list(range(CELLS))
