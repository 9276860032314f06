"""How the seconds that the user allows are divided among the measurements.

Each measurement gets a window on the wall clock. Windows follow one another on fixed dates, so
that one which ends early or late leaves more or less to the next and the whole stays in budget.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Samples that a measurement tries to take whatever its share: fewer than six give no 95 %
#: interval on a median.
MIN_SAMPLES = 6
#: More samples narrow the interval no further than the machine's own drift; a bound on memory.
MAX_SAMPLES = 1000
#: By what part of its share a measurement may overrun to reach ``MIN_SAMPLES``.
GRACE = 0.15
#: A repetition that takes at most this part of its measurement's window is quick: what lacks
#: ``MIN_SAMPLES`` of them gets them even when its grace is used up.
QUICK = 1 / 24
#: Anything shorter would measure how long the arrays take to fill.
SMALLEST_BUDGET_S = 1.0

#: Shares of the budget. fp64 takes twice as long as fp32 over the same shape; memory has one
#: shape alone.
_FP32, _FP64, _BANDWIDTH = 0.35, 0.40, 0.25


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a measurement may run, in seconds of the clock that the plan began on.

    It ends at ``end_s``; up to ``hard_end_s`` it may still take samples that it lacks.
    """

    begin_s: float
    end_s: float
    hard_end_s: float

    @property
    def quick_s(self) -> float:
        """The longest repetition that counts as quick."""
        return QUICK * (self.end_s - self.begin_s)

    def share_s(self, now_s: float) -> float:
        """Return the seconds that are left; never less than a tenth of the whole window."""
        return max(self.end_s - now_s, 0.1 * (self.end_s - self.begin_s))


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows, in the order in which the measurements are taken."""

    budget_s: float
    fp32: Window
    fp64: Window
    bandwidth: Window


def plan(start_s: float, budget_s: float) -> Plan:
    """Divide ``budget_s`` seconds that begin at ``start_s`` (at least ``SMALLEST_BUDGET_S``)."""
    budget = max(budget_s, SMALLEST_BUDGET_S)
    fp32 = _window(start_s, _FP32 * budget)
    fp64 = _window(fp32.end_s, _FP64 * budget)
    return Plan(budget, fp32, fp64, _window(fp64.end_s, _BANDWIDTH * budget))


def _window(begin_s: float, seconds: float) -> Window:
    return Window(begin_s, begin_s + seconds, begin_s + (1 + GRACE) * seconds)
