"""How a budget becomes windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.measure.plan import MIN_SAMPLES, SMALLEST_BUDGET_S, plan
from gauger_probes.measure.statistics import median_interval


@given(st.floats(0, 1e6), st.floats(SMALLEST_BUDGET_S, 3600))
def test_windows_follow_one_another_and_fill_the_budget(start_s: float, budget_s: float) -> None:
    times = plan(start_s, budget_s)
    assert times.fp32.begin_s == start_s
    assert times.fp32.end_s == times.fp64.begin_s
    assert times.fp64.end_s == times.bandwidth.begin_s
    assert times.bandwidth.end_s == pytest.approx(start_s + budget_s)


@given(st.floats(SMALLEST_BUDGET_S, 3600))
def test_grace_never_takes_the_whole_beyond_a_fifth_more_than_the_budget(budget_s: float) -> None:
    times = plan(0.0, budget_s)
    for window in (times.fp32, times.fp64, times.bandwidth):
        assert window.end_s < window.hard_end_s <= 1.2 * budget_s


@pytest.mark.parametrize("budget_s", [-5.0, 0.0, 0.01])
def test_a_budget_too_small_to_measure_in_is_raised_to_the_smallest(budget_s: float) -> None:
    assert plan(0.0, budget_s).budget_s == SMALLEST_BUDGET_S


def test_a_measurement_that_begins_late_still_has_a_share() -> None:
    window = plan(0.0, 10.0).fp64
    assert window.share_s(window.begin_s) == pytest.approx(window.end_s - window.begin_s)
    assert window.share_s(window.end_s + 5) > 0


def test_the_fewest_samples_are_those_that_give_a_95_percent_interval() -> None:
    assert median_interval(range(MIN_SAMPLES)).confidence >= 0.95
    assert median_interval(range(MIN_SAMPLES - 1)).confidence < 0.95
