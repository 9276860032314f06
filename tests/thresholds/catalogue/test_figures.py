"""A printed number stands for every number that rounds to its last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_thresholds.catalogue.fields import RowError
from gauger_thresholds.catalogue.figures import printed_interval, read_bound, read_figure
from gauger_thresholds.catalogue.model import Figure, Grade
from gauger_thresholds.interval import Interval


def read(raw: object) -> Figure:
    return read_figure("rate", raw, "datasheet", Grade.TEXT)


@pytest.mark.parametrize(
    ("raw", "low", "high"),
    [
        (628, 627.5, 628.5),
        (Decimal("149.7"), 149.65, 149.75),
        (125, 124.5, 125.5),
        (Decimal("181.0"), 180.95, 181.05),
        (56000, 55999.5, 56000.5),
    ],
)
def test_a_bare_number_counts_to_half_of_its_last_printed_digit(
    raw: int | Decimal, low: float, high: float
) -> None:
    assert read(raw).interval == Interval(low, high)


def test_a_stated_range_is_taken_as_it_is_and_may_name_its_own_source() -> None:
    raw = {"low": 70, "high": 140, "source": "dispute", "grade": "unverified"}
    figure = read(raw)
    assert figure == Figure(Interval(70.0, 140.0), "70–140", "dispute", Grade.UNVERIFIED)


def test_a_value_with_a_grade_of_its_own_still_counts_to_its_last_digit() -> None:
    figure = read({"value": Decimal("1.29"), "grade": "derived"})
    assert figure.interval == Interval(1.285, 1.295)
    assert (figure.source, figure.grade) == ("datasheet", Grade.DERIVED)


def test_a_count_is_exact() -> None:
    assert read_figure("links", 600, "x", Grade.TEXT, exact=True).interval == Interval(600, 600)


def test_a_bound_reaches_down_to_nothing() -> None:
    bound = read_bound("tppBound", 43, "x", Grade.DERIVED, Decimal(1))
    assert bound.interval == Interval(0.0, 43.0)


@pytest.mark.parametrize(
    "raw",
    [
        "125",
        True,
        0,
        -3,
        Decimal("NaN"),
        Decimal("inf"),
        {"low": 2, "high": 1},
        {"low": 2},
        {"value": 3, "low": 2, "high": 4},
        {"value": 3, "gread": "text"},
        {"value": 3, "grade": "certain"},
        [1],
    ],
)
def test_what_is_no_figure_is_refused(raw: object) -> None:
    with pytest.raises(RowError):
        read(raw)


@given(st.integers(1, 10**7), st.integers(0, 6), st.integers(1, 6))
def test_more_printed_digits_narrow_the_interval_tenfold_each(
    number: int, digits: int, more: int
) -> None:
    few = Decimal(number).scaleb(-digits)
    many = few.quantize(Decimal(1).scaleb(-digits - more))
    low, high = printed_interval(few)
    closer_low, closer_high = printed_interval(many)
    assert low < closer_low <= many <= closer_high < high
    assert (high - low) == (closer_high - closer_low).scaleb(more)


@given(st.decimals(Decimal("0.001"), Decimal(10**6), places=3))
def test_the_printed_number_lies_in_its_interval(number: Decimal) -> None:
    interval = read(number).interval
    assert interval.low < float(number) < interval.high
