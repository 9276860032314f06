"""Repeats work on a device: warmed up, in runs long enough for its clock, until its time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from gauger_probes.measure.backends.protocol import Work
from gauger_probes.measure.plan import MAX_SAMPLES, MIN_SAMPLES, Window
from gauger_probes.measure.sampling import AGREEMENT

#: Seconds that one timed run should take: device events resolve microseconds, and a launch costs
#: some; no more repetitions than this are queued at once.
_RUN_S = 0.02
_MOST_QUEUED = 1000
#: A run of so few seconds is quick, however short the window is: six of them give an interval.
_QUICK_S = 0.05
#: Seconds of work after which clocks are taken as steady even where times still differ.
_WARM_S = 2.0

Now = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Series:
    """Seconds of one repetition, run after run, by the device's clock."""

    seconds: tuple[float, ...]
    repetitions: int


def warm_up(work: Work, until_s: float, now: Now = time.perf_counter) -> float:
    """Repeat ``work`` until two successive times agree or it is ``until_s``; return the last."""
    began_s = now()
    before = work.run(1)
    while now() < until_s:
        latest = work.run(_queued(before))
        latest /= _queued(before)
        if abs(latest - before) <= AGREEMENT * before or now() - began_s > _WARM_S:
            return latest
        before = latest
    return before


def sample(
    work: Work,
    once_s: float,
    window: Window,
    tick: Callable[[], None],
    now: Now = time.perf_counter,
) -> Series:
    """Return the times of ``work``, which takes ``once_s``, within ``window``.

    Up to ``MIN_SAMPLES`` are taken even when the window has ended, where a run is quick.
    """
    repetitions = _queued(once_s)
    quick_s = max(window.quick_s, _QUICK_S)
    while repetitions > 1 and repetitions * once_s > quick_s:
        repetitions //= 2
    run_s = repetitions * once_s
    taken: list[float] = []
    while not taken or _due(len(taken), run_s, run_s <= quick_s, window, now()):
        taken.append(work.run(repetitions) / repetitions)
        tick()
    return Series(tuple(taken), repetitions)


def _due(taken: int, run_s: float, quick: bool, window: Window, now_s: float) -> bool:
    if taken < MIN_SAMPLES and quick:
        return True
    return taken < MAX_SAMPLES and now_s + run_s <= window.end_s


def _queued(once_s: float) -> int:
    if once_s <= 0 or not math.isfinite(once_s):
        return 1
    return min(_MOST_QUEUED, max(1, math.ceil(_RUN_S / once_s)))
