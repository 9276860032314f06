"""Threads that are tied to CPUs, keep their own work and fail without hanging."""

from __future__ import annotations

import os
import threading

import pytest

from gauger_probes.measure.crew import Crew

_CPUS = tuple(sorted(os.sched_getaffinity(0)))


def test_each_thing_goes_to_the_thread_of_its_own_cpu_every_time() -> None:
    with Crew(_CPUS) as crew:
        for _ in range(3):
            places = crew.each(lambda _: os.sched_getaffinity(0), _CPUS)
            assert places == [{cpu} for cpu in _CPUS]
    assert os.sched_getaffinity(0) == set(_CPUS), "the thread that asked stays free"


def test_all_work_at_the_same_time() -> None:
    gate = threading.Barrier(3)
    with Crew([_CPUS[0]] * 3) as crew:
        met = crew.each(lambda _: gate.wait(timeout=30), range(3))
    assert sorted(met) == [0, 1, 2]


def test_what_one_raises_is_raised_after_all_have_ended() -> None:
    ended: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise MemoryError("no page left")
        ended.append(number)

    with Crew([_CPUS[0]] * 3) as crew, pytest.raises(MemoryError, match="no page left"):
        crew.each(work, range(3))
    assert sorted(ended) == [1, 2]


def test_threads_for_which_nothing_is_given_rest() -> None:
    with Crew([_CPUS[0]] * 2) as crew:
        assert crew.each(lambda item: item, ["only"]) == ["only"]
        with pytest.raises(ValueError, match="3 things for 2 threads"):
            crew.each(lambda item: item, range(3))


def test_a_cpu_that_may_not_be_used_is_left_to_the_scheduler() -> None:
    with Crew([max(_CPUS) + 4000]) as crew:
        assert crew.each(lambda item: item + 1, [1]) == [2]


def test_the_threads_end_with_the_block() -> None:
    before = threading.active_count()
    with Crew(_CPUS) as crew:
        crew.each(lambda item: item, _CPUS)
    assert threading.active_count() == before
