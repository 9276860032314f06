"""The bound is passed by sums as bad as hardware makes them and by nothing that is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.measure.backends.cuda.encode import Doubles
from gauger_probes.measure.backends.cuda.formats import FORMATS
from gauger_probes.measure.backends.cuda.reference import Rounding, compare, places
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.errors import WrongResultError

FP32 = Rounding(2.0**-24, 2.0**-24)


def data(length: int) -> tuple[Doubles, Doubles]:
    """Return four rows and five columns of binary32 numbers."""
    generator = np.random.default_rng(length)
    rows, columns = (generator.standard_normal((n, length), np.float32) for n in (4, 5))
    return rows.astype(np.float64), columns.astype(np.float64)


def summed_in_order(rows: Doubles, columns: Doubles) -> Doubles:
    """Return the products summed one after the other in binary32: the most roundings."""
    products = (rows[:, np.newaxis, :] * columns[np.newaxis, :, :]).astype(np.float32)
    sums: Doubles = np.cumsum(products, axis=2, dtype=np.float32)[:, :, -1].astype(np.float64)
    return sums


@pytest.mark.parametrize("length", [16, 1000, 50_000])
def test_the_worst_order_of_summing_passes(length: int) -> None:
    rows, columns = data(length)
    compare(rows, columns, summed_in_order(rows, columns), FP32, "it")


def cut(numbers: Doubles, bits: int) -> Doubles:
    """Return ``numbers`` with the fraction cut, not rounded, to so many bits."""
    fraction, exponent = np.frexp(numbers)
    shortened: Doubles = np.ldexp(np.trunc(np.ldexp(fraction, bits)), exponent - bits)
    return shortened


@pytest.mark.parametrize(
    ("precision", "step", "bits"),
    [(Precision.FP16, 8, 24), (Precision.BF16, 4, 24), (Precision.FP8, 32, 14)],
)
@pytest.mark.parametrize("length", [1024, 16_384])
def test_sums_that_are_cut_step_by_step_pass_as_tensor_cores_make_them(
    precision: Precision, step: int, bits: int, length: int
) -> None:
    rows, columns = data(length)
    products = rows[:, np.newaxis, :] * columns[np.newaxis, :, :]
    sums = np.zeros(products.shape[:2])
    for start in range(0, length, step):
        sums = cut(sums + products[:, :, start : start + step].sum(axis=2), bits)
    form = FORMATS[precision]
    compare(rows, columns, sums, Rounding(form.output_unit, form.sum_unit), "it")


@pytest.mark.parametrize("precision", list(Precision))
@pytest.mark.parametrize("length", [1024, 16_384])
def test_a_sum_of_other_terms_does_not_pass(precision: Precision, length: int) -> None:
    rows, columns = data(length)
    form = FORMATS[precision]
    rounding = Rounding(form.output_unit, form.sum_unit)
    with pytest.raises(WrongResultError, match="it is wrong"):
        compare(rows, columns, rows @ np.roll(columns, 1, axis=1).T, rounding, "it")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_one_entry_that_is_nothing_does_not_pass(value: float) -> None:
    rows, columns = data(64)
    found = rows @ columns.T
    found[3, 4] = value
    with pytest.raises(WrongResultError):
        compare(rows, columns, found, FP32, "it")


def test_integers_pass_if_they_are_exact_and_only_then() -> None:
    rows, columns = (np.rint(each * 32) for each in data(512))
    exact = Rounding(0.0, 0.0)
    found = rows @ columns.T
    compare(rows, columns, found, exact, "it")
    found[0, 0] += 1
    with pytest.raises(WrongResultError):
        compare(rows, columns, found, exact, "it")


@pytest.mark.parametrize("size", [1, 5, 16, 17, 1000])
def test_places_lie_one_in_each_stretch(size: int) -> None:
    found = places(size, np.random.default_rng(1))
    cells = min(16, size)
    assert len(found) == cells
    for cell, place in enumerate(found):
        assert size * cell // cells <= place < size * (cell + 1) // cells
