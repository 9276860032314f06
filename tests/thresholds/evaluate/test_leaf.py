"""A comparison is unknown exactly when the threshold lies inside the interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_thresholds.evaluate.kleene import Truth
from gauger_thresholds.evaluate.leaf import compare
from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.packs.condition import Compare, Comparison

numbers = st.floats(0, 1e15, allow_nan=False)


def _metric(low: float, high: float | None, basis: Basis | None = Basis.CATALOGUE) -> Metric:
    value = None if high is None else (low + high) / 2
    return Metric("tpp", "a", "TPP", value, low, high, basis, "a test")


@given(numbers, numbers, numbers, st.sampled_from(Comparison))
def test_a_settled_comparison_holds_for_every_value_in_the_interval(
    one: float, two: float, limit: float, comparison: Comparison
) -> None:
    low, high = sorted((one, two))
    truth = compare(_metric(low, high), Compare("tpp", comparison, limit)).truth
    checks = {
        Comparison.AT_LEAST: lambda value: value >= limit,
        Comparison.ABOVE: lambda value: value > limit,
        Comparison.BELOW: lambda value: value < limit,
        Comparison.AT_MOST: lambda value: value <= limit,
    }
    ends = {checks[comparison](low), checks[comparison](high)}
    assert truth is (Truth.UNKNOWN if len(ends) == 2 else [Truth.FALSE, Truth.TRUE][ends.pop()])


def test_an_upper_bound_below_the_threshold_decides_and_prints_the_bound() -> None:
    result = compare(_metric(0, 1311, Basis.BOUND), Compare("tpp", Comparison.AT_LEAST, 1600))
    assert result.truth is Truth.FALSE
    assert result.deciding is not None
    assert result.deciding.margin == pytest.approx(1311 / 1600)


def test_what_nothing_bounds_is_unknown_and_says_what_is_missing() -> None:
    result = compare(_metric(0, None, None), Compare("tpp", Comparison.AT_LEAST, 4800))
    assert result.truth is Truth.UNKNOWN
    assert "∞" in result.missing[0]


@given(numbers)
def test_an_unbounded_metric_is_never_found_below(limit: float) -> None:
    result = compare(_metric(0, None, None), Compare("tpp", Comparison.AT_LEAST, limit))
    assert result.truth is not Truth.FALSE or math.isinf(limit)
