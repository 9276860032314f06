"""Measures the processors and the host's memory: what they deliver, not what they are rated at.

Multiplication in two precisions and a large copy, one after the other, each in its share of the
budget. What was computed is checked; a wrong result is reported and its speed is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gauger_probes.accelerators.cpu_device import CPU_ID
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.plan import plan
from gauger_probes.result import Context, Measured, Part, Progress, Result

if TYPE_CHECKING:
    from gauger_probes.measure.gemm import Multiply

#: Seconds between two progress reports.
_REPORT_S = 0.25


def probe(context: Context, multiply: Multiply | None = None) -> Result:
    """Return the measurements of the processors; ``multiply`` replaces numpy's multiplication.

    A measurement whose result is wrong, or that finds no memory, is a part of its own in the
    result, and the others are still taken.

    Raises:
        ImportError: numpy is missing or cannot be loaded.
    """
    began_s = time.perf_counter()
    from gauger_probes.measure import bandwidth, gemm
    from gauger_probes.measure.bench import Bench
    from gauger_probes.measure.gemm import Precision

    times = plan(began_s, context.options.budget_s)
    teller = _Teller(context.report, began_s, times.budget_s)
    bench = Bench(roots=context.roots, tick=teller.tick)
    work = multiply or gemm.matmul
    fp32 = partial(gemm.measure, Precision.FP32, times.fp32, bench, work)
    fp64 = partial(gemm.measure, Precision.FP64, times.fp64, bench, work)
    steps = (
        _Step("measure.gemm.fp32", "multiplying fp32 matrices", fp32),
        _Step("measure.gemm.fp64", "multiplying fp64 matrices", fp64),
        _Step(
            "measure.memoryBandwidth",
            "copying memory",
            partial(bandwidth.measure, times.bandwidth, bench),
        ),
    )
    taken = [_taken(step, teller) for step in steps]
    measurements = tuple(item for item in taken if isinstance(item, Measurement))
    parts = tuple(item for item in taken if isinstance(item, Part))
    return Result(measured=(Measured(CPU_ID, measurements),), parts=parts)


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    label: str
    take: Callable[[], Measurement]


def _taken(step: _Step, teller: _Teller) -> Measurement | Part:
    teller.begin(step.label)
    try:
        return step.take()
    except (WrongResultError, MemoryError) as problem:
        return Part(step.name, Status.CRASHED, f"{type(problem).__name__}: {problem}")


@dataclass(slots=True)
class _Teller:
    """Tells how far the probe is: at every new label, and every ``_REPORT_S`` in between."""

    report: Callable[[Progress], None]
    began_s: float
    total_s: float
    label: str = ""
    told_s: float = 0.0

    def begin(self, label: str) -> None:
        self.label = label
        self._tell(time.perf_counter())

    def tick(self) -> None:
        now_s = time.perf_counter()
        if now_s - self.told_s >= _REPORT_S:
            self._tell(now_s)

    def _tell(self, now_s: float) -> None:
        self.told_s = now_s
        done_s = min(now_s - self.began_s, self.total_s)
        self.report(Progress(done_s, self.total_s, self.label))
