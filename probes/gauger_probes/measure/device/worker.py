"""The process that measures one device: a runtime that hangs or crashes costs that device alone.

It is told what to measure on standard input and answers one line for each thing it learns; it
ends by itself should nobody ask it to.
"""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.protocol import (
    DeviceLostError,
    Direction,
    Engine,
    NotNativeError,
    Precision,
)
from gauger_probes.measure.backends.table import open_backend
from gauger_probes.measure.device.job import Job, Listed, News
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.roots import Roots
from gauger_probes.run.confine import confine
from gauger_probes.text import clean

if TYPE_CHECKING:
    from gauger_probes.measure.device.measuring import Bench

#: What the interpreter of such a process runs.
PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from gauger_probes.measure.device.worker import main; main()"
)
#: Relative shares of the time.
_GEMM, _COPY, _SEARCH, _TEMPLATES = 3.0, 1.0, 4.0, 4.0
#: Parts of the whole time: by how much all may overrun, and what steps that are late get at least.
_OVERTIME, _LEAST = 0.5, 0.1
_SEARCHED = (Precision.FP32, Precision.FP16, Precision.BF16, Precision.INT8)


@dataclass(frozen=True, slots=True)
class _Step:
    about: str
    weight: float
    take: Callable[[float, Bench], Measurement]


def main() -> None:
    """Do the job on standard input."""
    confine(int(sys.argv[2]), memory_bytes=None, at_its_end=signal.SIGKILL)
    job = from_json(Job, json.loads(sys.stdin.buffer.readline()))
    signal.alarm(math.ceil(job.gone_s))
    for news in work(job):
        sys.stdout.write(json.dumps(to_json(news)) + "\n")
        sys.stdout.flush()


def work(job: Job) -> Iterator[News]:
    """Yield what the job brings, and at last that it is done."""
    try:
        yield from _worked(job)
    except Exception as problem:  # foreign code: what nobody foresaw is told, not lost
        said = clean(f"{type(problem).__name__}: {problem}")
        yield News(problem=said, status=Status.CRASHED, done=True)


def _worked(job: Job) -> Iterator[News]:
    try:
        engines = open_backend(job.backend).engines()
    except (LookupError, DeviceLostError) as problem:
        yield News(problem=clean(str(problem)), status=Status.UNAVAILABLE, done=True)
        return
    if job.device is None:
        listed = tuple(Listed(engine.id, dict(engine.properties())) for engine in engines)
        yield News(listed=listed, done=True)
        return
    engine = next((item for item in engines if item.id == job.device), None)
    if engine is None:
        yield News(problem="it is not there any more", status=Status.UNAVAILABLE, done=True)
        return
    yield from _measured(engine, job)
    yield News(done=True)


def _measured(engine: Engine, job: Job) -> Iterator[News]:
    from gauger_probes.measure.device.measuring import Bench
    from gauger_probes.measure.device.readers import reader_of

    bench = Bench(reader=reader_of(engine.id, Roots()))
    end_s = time.monotonic() + job.seconds
    steps = list(_steps(engine, job))
    while steps:
        whole = sum(step.weight for step in steps)
        step = steps.pop(0)
        left_s = end_s - time.monotonic()
        if left_s < -_OVERTIME * job.seconds:
            yield _trouble(step, TimeoutError("there was no time left for it"), Status.TIMEOUT)
            continue
        yield News(doing=step.about)
        share_s = max(left_s, _LEAST * job.seconds) * step.weight / whole
        try:
            yield News(measurement=step.take(share_s, bench))
        except NotNativeError as problem:
            yield _trouble(step, problem, Status.NOT_RUN)
        except (WrongResultError, MemoryError, ValueError, LookupError) as problem:
            yield _trouble(step, problem, Status.CRASHED)
        except DeviceLostError as problem:
            yield _trouble(step, problem, Status.CRASHED)
            return


def _steps(engine: Engine, job: Job) -> Iterator[_Step]:
    parts = job.parts if job.only is None else ("gemm",)
    for name, steps in _PARTS.items():
        if name in parts:
            yield from steps(engine, job)


def _gemms(engine: Engine, job: Job) -> Iterator[_Step]:
    from gauger_probes.measure.device.measuring import gemm

    for precision in engine.precisions():
        if job.only in (None, precision.value):
            yield _Step(f"gemm.{precision}", _GEMM, partial(gemm, engine, precision))


def _copies(engine: Engine, _: Job) -> Iterator[_Step]:
    from gauger_probes.measure.device.measuring import copy

    for direction in Direction:
        yield _Step(f"copy.{direction}", _COPY, partial(copy, engine, direction))


def _searches(engine: Engine, _: Job) -> Iterator[_Step]:
    from gauger_probes.measure.device.searching import search

    for precision in _SEARCHED:
        yield _Step(f"gallerySearch.{precision}", _SEARCH, partial(search, engine, precision))


def _networks(engine: Engine, _: Job) -> Iterator[_Step]:
    from gauger_probes.measure.device.templating import templates
    from gauger_probes.measure.templates.networks import NETWORKS

    # The largest first: it is the one that capacity is reckoned by.
    for network in reversed(NETWORKS):
        take = partial(templates, engine, network)
        yield _Step(f"templates.{network.name}", _TEMPLATES, take)


#: By the names of ``PARTS``, in the order in which they are measured.
_PARTS: Mapping[str, Callable[[Engine, Job], Iterator[_Step]]] = {
    "gemm": _gemms,
    "copy": _copies,
    "search": _searches,
    "templates": _networks,
}


def _trouble(step: _Step, problem: Exception, status: Status) -> News:
    said = clean(str(problem)) or type(problem).__name__
    return News(problem=said, about=step.about, status=status)
