"""How the seconds that the user allows are divided among the measurements.

Each measurement gets a window on the wall clock. Windows follow one another on fixed dates, so
that one which ends early or late leaves more or less to the next and the whole stays in budget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

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


class Kind(StrEnum):
    """What takes time of its own."""

    FP32 = "gemm.fp32"
    FP64 = "gemm.fp64"
    INT8 = "gemm.int8"
    BF16 = "gemm.bf16"
    FP16 = "gemm.fp16"
    BANDWIDTH = "memoryBandwidth"
    SEARCH = "gallerySearch"
    TEMPLATES = "templates"


#: Relative shares. fp64 takes twice as long as fp32 over the same shape; a search has a gallery
#: to fill and several batches, in two precisions; the networks are several and slow to build,
#: and the slowest of them is what capacity is stated by.
WEIGHTS: Mapping[Kind, float] = {
    Kind.FP32: 3,
    Kind.FP64: 4,
    Kind.INT8: 3,
    Kind.BF16: 3,
    Kind.FP16: 3,
    Kind.BANDWIDTH: 2,
    Kind.SEARCH: 5,
    Kind.TEMPLATES: 8,
}


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a measurement may run, in seconds of the clock that the plan began on.

    It ends at ``end_s``; up to ``hard_end_s`` it may still take samples that it lacks.
    """

    begin_s: float
    end_s: float
    hard_end_s: float

    @classmethod
    def lasting(cls, begin_s: float, seconds: float) -> Window:
        """Return the window of ``seconds`` that begins at ``begin_s``, with its grace."""
        return cls(begin_s, begin_s + seconds, begin_s + (1 + GRACE) * seconds)

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
    windows: Mapping[Kind, Window]


def plan(start_s: float, budget_s: float, kinds: Sequence[Kind], searches: int = 2) -> Plan:
    """Divide ``budget_s`` seconds that begin at ``start_s`` among ``kinds``, in their order.

    The budget is raised to ``SMALLEST_BUDGET_S``. What is not among ``kinds`` takes no time, so
    a precision that the machine lacks leaves its share to the others. ``searches`` is the number
    of precisions that a gallery is searched in.
    """
    budget = max(budget_s, SMALLEST_BUDGET_S)
    weights = {**WEIGHTS, Kind.SEARCH: WEIGHTS[Kind.SEARCH] * max(searches, 1) / 2}
    whole = sum(weights[kind] for kind in kinds)
    windows: dict[Kind, Window] = {}
    begin_s = start_s
    for kind in kinds:
        windows[kind] = Window.lasting(begin_s, budget * weights[kind] / whole)
        begin_s = windows[kind].end_s
    return Plan(budget, windows)
