"""Warming up, taking turns, and stopping in time, on a clock of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.measure.plan import MAX_SAMPLES, MIN_SAMPLES, Window
from gauger_probes.measure.sampling import (
    Sample,
    Stopwatch,
    Trial,
    busy,
    sample_in_turns,
    timed,
    warm_up,
)
from support.fake_clock import FakeClock


def _taking(clock: FakeClock, *seconds: float) -> Trial:
    """Return a trial that takes each of ``seconds`` in turn, and then always the last."""
    left = list(seconds)
    return lambda: clock.sample(left.pop(0) if len(left) > 1 else left[0])


def _silent() -> None:
    return None


def test_timing_reads_both_clocks_around_the_work() -> None:
    clock = FakeClock(threads=2)
    assert timed(lambda: clock.work(0.5), clock.stopwatch()) == Sample(0.5, 1.0)


def test_the_real_clocks_move_while_work_is_done() -> None:
    sample = timed(lambda: sum(range(200_000)), Stopwatch())
    assert sample.cpu_s > 0
    assert sample.wall_s > 0


def test_warming_up_ends_when_two_successive_times_agree() -> None:
    clock = FakeClock()
    steady = warm_up(_taking(clock, 9.0, 4.0, 2.0, 1.02, 1.0, 7.0), 100.0, clock.stopwatch())
    assert steady.wall_s == 1.0
    assert clock.now_s == pytest.approx(17.02)


def test_warming_up_ends_in_time_although_times_never_agree() -> None:
    clock = FakeClock()
    warm_up(_taking(clock, *(1.5**at for at in range(30))), 10.0, clock.stopwatch())
    assert 10.0 <= clock.now_s < 21.0


def test_warming_up_runs_the_work_once_even_with_no_time_at_all() -> None:
    clock = FakeClock()
    assert warm_up(_taking(clock, 3.0), 0.0, clock.stopwatch()).wall_s == 3.0
    assert clock.now_s == 3.0


def test_trials_take_turns_and_each_keeps_its_own_samples() -> None:
    clock = FakeClock()
    order: list[str] = []

    def named(name: str, seconds: float) -> Trial:
        def trial() -> Sample:
            order.append(name)
            return clock.sample(seconds)

        return trial

    window = Window.lasting(0.0, 3.5)
    series = sample_in_turns([named("a", 0.1), named("b", 0.2)], window, clock.stopwatch(), _silent)
    assert order[:6] == ["a", "b", "a", "b", "a", "b"]
    assert [{sample.wall_s for sample in samples} for samples in series] == [{0.1}, {0.2}]


def test_someone_is_told_after_every_repetition() -> None:
    clock = FakeClock()
    told: list[float] = []
    trial = _taking(clock, 0.5)
    (samples,) = sample_in_turns(
        [trial], Window.lasting(0.0, 3.5), clock.stopwatch(), lambda: told.append(clock.now_s)
    )
    assert told == [0.5 * (at + 1) for at in range(len(samples))]


def test_quick_work_gets_six_samples_although_its_window_has_passed() -> None:
    clock = FakeClock(now_s=1000.0)
    window = Window.lasting(0.75, 0.25)
    (samples,) = sample_in_turns([_taking(clock, 0.001)], window, clock.stopwatch(), _silent)
    assert len(samples) == MIN_SAMPLES


def test_slow_work_is_done_once_although_its_window_has_passed() -> None:
    clock = FakeClock(now_s=1000.0)
    window = Window.lasting(0.75, 0.25)
    (samples,) = sample_in_turns([_taking(clock, 5.0)], window, clock.stopwatch(), _silent)
    assert len(samples) == 1


def test_a_shape_that_became_too_slow_stands_back_for_the_others() -> None:
    clock = FakeClock()
    window = Window.lasting(0.0, 3.5)
    slow, quick = sample_in_turns(
        [_taking(clock, 0.25, 0.25, 3.0), _taking(clock, 0.05)],
        window,
        clock.stopwatch(),
        _silent,
    )
    assert len(slow) == 3
    assert len(quick) >= MIN_SAMPLES
    assert clock.now_s <= window.hard_end_s


def test_samples_are_bounded_however_quick_the_work_is() -> None:
    clock = FakeClock()
    (samples,) = sample_in_turns(
        [_taking(clock, 1e-6)], Window.lasting(0.0, 3.5), clock.stopwatch(), _silent
    )
    assert len(samples) == MAX_SAMPLES


@given(
    st.lists(st.lists(st.floats(1e-3, 4.0), min_size=1, max_size=12), min_size=1, max_size=4),
    st.floats(1.0, 30.0),
)
def test_work_of_any_duration_ends_with_the_last_repetition_that_seemed_to_fit(
    durations: list[list[float]], budget_s: float
) -> None:
    clock = FakeClock()
    window = Window.lasting(0.35 * budget_s, 0.4 * budget_s)
    trials = [_taking(clock, *seconds) for seconds in durations]
    series = sample_in_turns(trials, window, clock.stopwatch(), _silent)
    assert all(1 <= len(samples) <= MAX_SAMPLES for samples in series)
    first = sum(seconds[0] for seconds in durations)
    # Work that suddenly takes longer than it did is found out once, and then not begun again.
    surprises = sum(max(seconds) for seconds in durations)
    quick = len(durations) * MIN_SAMPLES * window.quick_s
    assert clock.now_s <= max(window.hard_end_s, first) + surprises + quick


@given(st.floats(1e-4, 1.0), st.integers(1, 4), st.floats(1.0, 30.0))
def test_steady_work_whose_six_repetitions_fit_gets_six_within_the_window(
    seconds: float, shapes: int, budget_s: float
) -> None:
    clock = FakeClock()
    window = Window.lasting(0.0, 0.35 * budget_s)
    clock.now_s = window.begin_s
    series = sample_in_turns(
        [_taking(clock, seconds) for _ in range(shapes)], window, clock.stopwatch(), _silent
    )
    if MIN_SAMPLES * shapes * seconds < window.end_s - window.begin_s:
        assert all(len(samples) >= MIN_SAMPLES for samples in series)
        assert clock.now_s <= window.end_s + 1e-9


def test_cpu_time_says_what_part_of_the_machine_the_work_got() -> None:
    half = busy([Sample(1.0, 1.0), Sample(3.0, 3.0)], threads=2)
    assert half.fraction == 0.5
    assert half.rate(40.0) == 20.0, "40 operations in 4 CPU seconds, on two threads"


def test_work_without_time_has_no_fraction_and_no_rate() -> None:
    nothing = busy([], threads=2)
    assert nothing.fraction is None
    assert nothing.rate(1.0) is None
