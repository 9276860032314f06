"""How much a machine's own pace changes while it is measured, and what that adds to an interval.

A rate is measured for seconds, and the machine goes on to change: neighbours of a virtual machine,
heat, other clocks. A fixed piece of work is done between any two measurements. How its pace around
one measurement compares with its slowest and fastest pace in the whole run says how far the rate
would have been off at another time; the interval is widened by that (a component of uncertainty
that is evaluated by other means than the series: JCGM 100:2008, 4.3). What lies beyond the run, no
yardstick in it can show: :mod:`gauger_probes.measure.reproducibility`.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from gauger_probes.evidence.common import Measurement
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.blas import one_thread
from gauger_probes.measure.crew import Crew

#: Side of the matrices that every CPU multiplies, bytes that all of them copy together, and how
#: often both are done each time: a twentieth of a second.
_SIDE, _COPIED, _TIMES = 384, 64 * 1024 * 1024, 25
#: Quantities whose pace is that of copying; the rest compute, searches of many faces at once too.
_COPYING = frozenset({"memoryBandwidth"})
#: From so many paces on, the slowest and the fastest are left out: a neighbour's blink is no pace.
_MANY = 7

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pace:
    """Times a second that the fixed work is done: multiplying, and copying."""

    computing: float
    copying: float


@dataclass(slots=True)
class _Share:
    """What one CPU works on."""

    matrix: Floats
    product: Floats
    source: Floats
    target: Floats

    @classmethod
    def of(cls, cpus: int) -> _Share:
        length = max(1, _COPIED // cpus // 4)
        side = np.full((_SIDE, _SIDE), 1 / _SIDE, np.float32)
        source = np.ones(length, np.float32)
        return cls(side, np.empty_like(side), source, np.empty_like(source))

    def compute(self) -> None:
        np.matmul(self.matrix, self.matrix, out=self.product)

    def copy(self) -> None:
        np.copyto(self.target, self.source)


class Yardstick:
    """The fixed work, from ``with`` to its end: a thread on each CPU."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._crew = Crew(bench.cpus)
        self._shares = self._crew.each(lambda _: _Share.of(len(bench.cpus)), list(bench.cpus))

    def take(self) -> Pace:
        """Return the pace now; the median of a few tries."""
        with one_thread():
            return Pace(self._often(_Share.compute), self._often(_Share.copy))

    def __enter__(self) -> Yardstick:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._crew.__exit__(kind, problem, trace)

    def _often(self, work: Callable[[_Share], None]) -> float:
        now = self._bench.stopwatch.wall
        taken = []
        for _ in range(_TIMES):
            began_s = now()
            self._crew.each(work, self._shares)
            taken.append(now() - began_s)
        return 1 / max(statistics.median(taken), 1e-9)


def widened(item: Measurement, around: tuple[Pace, Pace], run: Sequence[Pace]) -> Measurement:
    """Return ``item``, taken between the paces ``around``, with what the ``run`` adds.

    ``conditions.pace`` has the slowest and the fastest pace of the run as parts of the one around
    the measurement; ``low`` and ``high`` are multiplied by them.
    """
    of = _copying if item.quantity in _COPYING else _computing
    paces = sorted(map(of, run))
    left_out = 1 if len(paces) >= _MANY else 0
    between = statistics.fmean(map(of, around))
    low = min(paces[left_out] / between, 1.0)
    high = max(paces[-1 - left_out] / between, 1.0)
    return dataclasses.replace(
        item,
        low=item.low * low,
        high=item.high * high,
        conditions={**item.conditions, "pace": {"slowest": low, "fastest": high}},
    )


def _computing(pace: Pace) -> float:
    return pace.computing


def _copying(pace: Pace) -> float:
    return pace.copying
