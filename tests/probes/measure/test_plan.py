"""How a budget becomes windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.measure.plan import (
    MIN_SAMPLES,
    SMALLEST_BUDGET_S,
    WEIGHTS,
    Kind,
    Window,
    plan,
)
from gauger_probes.measure.statistics import median_interval

_KINDS = st.lists(st.sampled_from(list(Kind)), min_size=1, unique=True)


@given(st.floats(0, 1e6), st.floats(SMALLEST_BUDGET_S, 3600), _KINDS)
def test_windows_follow_one_another_and_fill_the_budget(
    start_s: float, budget_s: float, kinds: list[Kind]
) -> None:
    windows = plan(start_s, budget_s, kinds).windows
    assert list(windows) == kinds, "in the order that was asked for"
    edge_s = start_s
    for window in windows.values():
        assert window.begin_s == edge_s
        edge_s = window.end_s
    assert edge_s == pytest.approx(start_s + budget_s)


@given(st.floats(SMALLEST_BUDGET_S, 3600), _KINDS)
def test_grace_never_takes_the_whole_beyond_a_fifth_more_than_the_budget(
    budget_s: float, kinds: list[Kind]
) -> None:
    for window in plan(0.0, budget_s, kinds).windows.values():
        assert window.end_s < window.hard_end_s <= 1.2 * budget_s


def test_every_kind_has_a_weight_and_keeps_its_share_beside_any_others() -> None:
    assert set(WEIGHTS) == set(Kind)
    for kinds in ([Kind.FP64, Kind.BANDWIDTH], list(Kind)):
        windows = plan(0.0, 100.0, kinds).windows
        share = {kind: window.end_s - window.begin_s for kind, window in windows.items()}
        ratio = WEIGHTS[Kind.FP64] / WEIGHTS[Kind.BANDWIDTH]
        assert share[Kind.FP64] / share[Kind.BANDWIDTH] == pytest.approx(ratio)


def test_what_is_not_measured_leaves_its_time_to_the_others() -> None:
    few = plan(0.0, 10.0, [Kind.FP32, Kind.FP64]).windows[Kind.FP32]
    many = plan(0.0, 10.0, list(Kind)).windows[Kind.FP32]
    assert few.end_s > 3 * many.end_s


def test_a_search_in_more_precisions_gets_as_much_more_time() -> None:
    shares = {}
    for searches in (0, 1, 2, 4):
        windows = plan(0.0, 10.0, [Kind.FP64, Kind.SEARCH], searches).windows
        fp64, search = (each.end_s - each.begin_s for each in windows.values())
        shares[searches] = search / fp64
    assert shares[4] == pytest.approx(2 * shares[2])
    assert shares[2] == pytest.approx(2 * shares[1])
    assert shares[0] == shares[1], "somebody has to find out that there is none"


@pytest.mark.parametrize("budget_s", [-5.0, 0.0, 0.01])
def test_a_budget_too_small_to_measure_in_is_raised_to_the_smallest(budget_s: float) -> None:
    assert plan(0.0, budget_s, [Kind.FP32]).budget_s == SMALLEST_BUDGET_S


def test_a_measurement_that_begins_late_still_has_a_share() -> None:
    window = Window.lasting(3.5, 4.0)
    assert window.share_s(3.5) == pytest.approx(4.0)
    assert window.share_s(window.end_s + 5) == pytest.approx(0.4)


def test_the_fewest_samples_are_those_that_give_a_95_percent_interval() -> None:
    assert median_interval(range(MIN_SAMPLES)).confidence >= 0.95
    assert median_interval(range(MIN_SAMPLES - 1)).confidence < 0.95
