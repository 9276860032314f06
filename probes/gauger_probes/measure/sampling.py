"""Repeats timed work: until it has warmed up, then in turns, as long as its window allows.

Several shapes of the same work take turns, so that a machine which slows down slows them alike.
Clocks are arguments; work is a function that says how long it took.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gauger_probes.measure.plan import MAX_SAMPLES, MIN_SAMPLES, Window

#: Two successive times that differ by less are taken as steady: below it lies ordinary jitter.
AGREEMENT = 0.05


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """The clocks, in seconds: wall, and CPU time of all threads of this process."""

    wall: Callable[[], float] = time.perf_counter
    cpu: Callable[[], float] = time.process_time


@dataclass(frozen=True, slots=True)
class Sample:
    """What one repetition took, in seconds."""

    wall_s: float
    cpu_s: float


#: One repetition of the work.
Trial: TypeAlias = Callable[[], Sample]


def timed(work: Callable[[], object], stopwatch: Stopwatch) -> Sample:
    """Do ``work`` once and return what it took."""
    cpu, wall = stopwatch.cpu(), stopwatch.wall()
    work()
    elapsed = stopwatch.wall() - wall
    return Sample(elapsed, stopwatch.cpu() - cpu)


def warm_up(trial: Trial, until_s: float, stopwatch: Stopwatch) -> Sample:
    """Repeat ``trial`` until two successive times agree or it is ``until_s``; return the last."""
    before = trial()
    while stopwatch.wall() < until_s:
        latest = trial()
        if abs(latest.wall_s - before.wall_s) <= AGREEMENT * before.wall_s:
            return latest
        before = latest
    return before


def sample_in_turns(
    trials: Sequence[Trial], window: Window, stopwatch: Stopwatch, tick: Callable[[], None]
) -> list[tuple[Sample, ...]]:
    """Return the samples of each trial, in the order of ``trials``; ``tick`` follows each.

    Every trial is run once. After that none begins that would outlast the window; while it lacks
    ``MIN_SAMPLES``, its grace counts too, and a quick one is run even then.
    """
    series = [_Series(trial) for trial in trials]
    while due := [each for each in series if each.due(window, stopwatch.wall())]:
        for each in due:
            if each.due(window, stopwatch.wall()):
                each.samples.append(each.trial())
                tick()
    return [tuple(each.samples) for each in series]


@dataclass(slots=True)
class _Series:
    trial: Trial
    samples: list[Sample] = field(default_factory=list)

    def due(self, window: Window, now_s: float) -> bool:
        if not self.samples:
            return True
        last_s = self.samples[-1].wall_s
        over_s = now_s + last_s
        if len(self.samples) < MIN_SAMPLES:
            return over_s <= window.hard_end_s or last_s <= window.quick_s
        return len(self.samples) < MAX_SAMPLES and over_s <= window.end_s


@dataclass(frozen=True, slots=True)
class Busy:
    """How much of the machine the timed work got: its wall and CPU seconds on ``threads``."""

    wall_s: float
    cpu_s: float
    threads: int

    @property
    def fraction(self) -> float | None:
        """CPU time over wall time × threads: 1 when no other work took a share."""
        return self.cpu_s / (self.wall_s * self.threads) if self.wall_s > 0 else None

    def rate(self, operations: float) -> float | None:
        """Return ``operations`` per second of CPU time, times the threads.

        It is what the work would have reached with the machine to itself.
        """
        return operations / self.cpu_s * self.threads if self.cpu_s > 0 else None


def busy(samples: Iterable[Sample], threads: int) -> Busy:
    """Add up ``samples`` that ran on ``threads`` threads."""
    taken = tuple(samples)
    wall_s = sum(sample.wall_s for sample in taken)
    return Busy(wall_s, sum(sample.cpu_s for sample in taken), threads)
