"""Measures the processors and the host's memory: what they deliver, not what they are rated at.

Multiplication in every precision that the processors have, a large copy, the search of a gallery of
faces and the networks that make templates of faces, one after the other, each in its share of the
budget. What was computed is checked; a wrong result is reported and its
speed is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from gauger_probes.accelerators.cpu_device import CPU_ID
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.host import cpu, virtualisation
from gauger_probes.measure.backends.protocol import NotNativeError
from gauger_probes.measure.plan import Kind, Plan, Window, plan
from gauger_probes.measure.reproducibility import reproducible
from gauger_probes.result import Context, Measured, Part, Progress, Result

if TYPE_CHECKING:
    from gauger_probes.measure.backends.cpu.table import Shelf
    from gauger_probes.measure.bench import Bench
    from gauger_probes.measure.precisions import Multiplier

#: Seconds between two progress reports.
_REPORT_S = 0.25


def probe(context: Context, shelf: Shelf | None = None) -> Result:
    """Return the measurements of the processors; ``shelf`` replaces the machine's libraries.

    A measurement that fails (a wrong result, no memory), or whose precision the processors or the
    libraries lack, is a part of its own in the result, and the others are still taken.

    Raises:
        ImportError: numpy is missing or cannot be loaded.
    """
    began_s = time.perf_counter()
    from gauger_probes.measure import precisions
    from gauger_probes.measure.backends.cpu.table import Shelf
    from gauger_probes.measure.bench import Bench
    from gauger_probes.measure.search import measure as searching
    from gauger_probes.measure.search.precisions import TRIED

    isa = precisions.flags(context.roots)
    lacking = precisions.lacking(isa)
    wanted = (*precisions.PRECISIONS, Kind.BANDWIDTH, Kind.SEARCH, Kind.TEMPLATES)
    kinds = [kind for kind in wanted if kind not in lacking]
    teller = _Teller(context.report, began_s, context.options.budget_s)
    bench = Bench(roots=context.roots, tick=teller.tick)
    multiplier = precisions.Multiplier(shelf or Shelf(bench), isa, context.options.budget_s)
    teller.begin("loading libraries")
    without = _without(kinds, multiplier)
    kinds = [kind for kind in kinds if kind not in without]
    searches = len(TRIED) - len(searching.lacking(bench))
    ready_s = time.perf_counter()
    times = plan(ready_s, began_s + context.options.budget_s - ready_s, kinds, searches)
    taken = list(_all_taken(_steps(times, bench, multiplier), teller, bench))
    virtual = virtualisation.read(context.roots, cpu.read(context.roots)).hypervisor is not None
    parts = [item for item in taken if isinstance(item, Part)] + list(without.values())
    parts += [Part(_name(kind), Status.NOT_RUN, why) for kind, why in lacking.items()]
    measurements = tuple(
        reproducible(item, "cpu", virtual=virtual)
        for item in taken
        if isinstance(item, Measurement)
    )
    return Result(measured=(Measured(CPU_ID, measurements),), parts=tuple(parts))


def _without(kinds: Iterable[Kind], multiplier: Multiplier) -> dict[Kind, Part]:
    """Load libraries; return the precisions that none multiplies, which get no time."""
    from gauger_probes.measure.precisions import PRECISIONS, NoLibraryError, TooHurriedError

    parts: dict[Kind, Part] = {}
    for kind in kinds:
        try:
            if kind in PRECISIONS:
                multiplier.open(PRECISIONS[kind])
        except NoLibraryError as problem:
            parts[kind] = Part(_name(kind), Status.UNAVAILABLE, str(problem))
        except TooHurriedError as problem:
            parts[kind] = Part(_name(kind), Status.NOT_RUN, str(problem))
    return parts


_Found: TypeAlias = Measurement | tuple[Measurement | Part, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    kind: Kind
    label: str
    take: Callable[[], _Found]


def _steps(times: Plan, bench: Bench, multiplier: Multiplier) -> Iterator[_Step]:
    from gauger_probes.measure import bandwidth, precisions
    from gauger_probes.measure.search.measure import measure as search
    from gauger_probes.measure.templates.measure import measure as templates

    others: dict[Kind, tuple[str, Callable[[Window, Bench], _Found]]] = {
        Kind.BANDWIDTH: ("copying memory", bandwidth.measure),
        Kind.SEARCH: ("searching a gallery", search),
        Kind.TEMPLATES: ("making templates of faces", templates),
    }
    for kind, window in times.windows.items():
        precision = precisions.PRECISIONS.get(kind)
        if precision is None:
            label, measure = others[kind]
            yield _Step(kind, label, partial(measure, window, bench))
        else:
            take = partial(multiplier.measure, precision, window, bench)
            yield _Step(kind, f"multiplying {precision} matrices", take)


def _all_taken(
    steps: Iterable[_Step], teller: _Teller, bench: Bench
) -> Iterator[Measurement | Part]:
    """Yield what the steps bring, widened by how the machine's pace changed between them."""
    from gauger_probes.measure.yardstick import Yardstick, widened

    with Yardstick(bench) as yardstick:
        paces = [yardstick.take()]
        found: list[tuple[Measurement | Part, ...]] = []
        for step in steps:
            found.append(_taken(step, teller))
            paces.append(yardstick.take())
    for items, around in zip(found, pairwise(paces), strict=True):
        for item in items:
            yield widened(item, around, paces) if isinstance(item, Measurement) else item


def _taken(step: _Step, teller: _Teller) -> tuple[Measurement | Part, ...]:
    teller.begin(step.label)
    try:
        found = step.take()
    except NotNativeError as problem:
        return (Part(_name(step.kind), Status.NOT_RUN, str(problem)),)
    except Exception as problem:  # a library's own errors among them: it costs itself alone
        said = f"{type(problem).__name__}: {problem}"
        return (Part(_name(step.kind), Status.CRASHED, said),)
    return found if isinstance(found, tuple) else (found,)


def _name(kind: Kind) -> str:
    return f"measure.{kind}"


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
