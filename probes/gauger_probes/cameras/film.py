"""Measures what cameras deliver: frame rates and effective detail of the modes that matter.

Every camera is filmed by a process of its own, one camera at a time: two on one bus would take
each other's bandwidth. What one costs by hanging, crashing or being unplugged is its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from gauger_probes.cameras.enumerate import list_cameras
from gauger_probes.cameras.film_worker import PROGRAM, Job
from gauger_probes.cameras.filming import News, Order
from gauger_probes.cameras.nodes import video_nodes
from gauger_probes.cameras.v4l2 import question
from gauger_probes.cameras.v4l2_node import Question
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.codec import DecodeError, from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Filmed, Options, Part, Progress, Result
from gauger_probes.text import clean
from gauger_probes.worker import Worker

_NAME = "measure.cameras"

#: Seconds that one camera gets of the default budget, at most; a larger budget gives it more.
_CAMERA_S, _DEFAULT_BUDGET_S = 8.0, 30.0
#: Seconds beyond its share that a camera may take for answers and first frames, and then for each
#: analysis.
_GRACE_S, _ANALYSIS_S = 20.0, 30.0
#: Seconds that a process has to put controls back when it is ended.
_TIDY_S = 1.5
#: Seconds beyond the budget by which all must end; the limit of the probe lies above.
_OVERTIME_S = 90.0
#: Less time than this before that end begins no camera.
_LEAST_S = 5.0
_REPORT_S = 0.25


def probe(context: Context, program: str = PROGRAM) -> Result:
    """Film every camera that has a node; ``program`` is what each camera's process runs."""
    if context.roots.captured:
        return Result(status=Status.NOT_RUN, reason="a captured tree has no camera to film")
    jobs = _jobs(context)
    if not jobs:
        return Result(status=Status.NOT_RUN, reason="no camera has a node to film")
    began_s = time.monotonic()
    total_s = sum(job.order.seconds for job in jobs)
    teller = _Teller(context, began_s, total_s)
    end_s = began_s + context.options.budget_s + _OVERTIME_S
    ended = [_filmed(job, program, teller, end_s) for job in jobs]
    parts = tuple(part for _, problems in ended for part in problems)
    lacking = sum(bool(problems) for _, problems in ended)
    whole = f"{lacking} of {len(jobs)} cameras not, or not wholly, measured"
    return Result(
        filmed=tuple(found for found, _ in ended if found.measurements),
        status=Status.PARTIAL if parts else Status.OK,
        reason=whole if parts else None,
        parts=parts,
    )


def share_s(options: Options, cameras: int) -> float:
    """Return the seconds that each of ``cameras`` may stream."""
    most = _CAMERA_S * max(1.0, options.budget_s / _DEFAULT_BUDGET_S)
    return min(most, options.budget_s / max(1, cameras))


def _jobs(context: Context) -> list[Job]:
    nodes = {node.path: question(context.roots, node) for node in video_nodes(context.roots)}
    cameras = [camera for camera in list_cameras(context.roots).cameras if camera.nodes]
    seconds = share_s(context.options, len(cameras))
    return [_job(camera, nodes, seconds, context.options) for camera in cameras]


def _job(camera: Camera, nodes: dict[str, Question], seconds: float, options: Options) -> Job:
    order = Order(camera.id, seconds, camera.link_bits_per_s, options.keep_frames)
    questions = tuple(nodes[node.path] for node in camera.nodes if node.path in nodes)
    return Job(questions, order, gone_s=options.budget_s + _OVERTIME_S + _TIDY_S)


def _filmed(
    job: Job, program: str, teller: _Teller, end_s: float
) -> tuple[Filmed, tuple[Part, ...]]:
    """Film one camera and return its measurements and what went wrong."""
    camera = job.order.camera
    teller.begin(f"filming {camera}", job.order.seconds)
    if time.monotonic() > end_s - _LEAST_S:
        return Filmed(camera, ()), (_part(camera, Status.TIMEOUT, "there was no time left"),)
    heard = _Heard()
    worker = Worker(program, to_json(job), own_session=True)
    heard.extend(job.order.seconds + _GRACE_S)
    try:
        heard.listen(worker, end_s, teller)
    finally:
        worker.stop(tidy_s=_TIDY_S)
    parts = tuple(_part(camera, status, text) for status, text in _once(heard.problems))
    return Filmed(camera, tuple(heard.measurements)), parts


@dataclass(slots=True)
class _Heard:
    """What one camera's process has told."""

    measurements: list[Measurement] = field(default_factory=list)
    problems: list[tuple[Status, str]] = field(default_factory=list)
    doing: str = "being asked"
    deadline_s: float = 0.0

    def extend(self, seconds: float) -> None:
        """Give the process at least ``seconds`` from now."""
        self.deadline_s = max(self.deadline_s, time.monotonic() + seconds)

    def listen(self, worker: Worker, end_s: float, teller: _Teller) -> None:
        """Listen until the process is done, or lost, or it is ``end_s``."""
        while not self._next(worker, min(end_s, self.deadline_s)):
            teller.tick()

    def _next(self, worker: Worker, deadline_s: float) -> bool:
        now_s = time.monotonic()
        try:
            news = from_json(News, json.loads(worker.line(min(deadline_s, now_s + _REPORT_S))))
        except TimeoutError:
            return now_s >= deadline_s and self._lost(
                Status.TIMEOUT, f"no end in time while {self.doing}"
            )
        except EOFError:
            return self._lost(Status.CRASHED, f"{self.doing} {worker.ending()}")
        except (DecodeError, ValueError):
            return self._lost(Status.CRASHED, "what was measured is not readable")
        if news.analysing:
            self.extend(_ANALYSIS_S)
        self.doing = clean(news.doing or "") or self.doing
        if news.measurement is not None:
            self.measurements.append(news.measurement)
        if news.problem is not None:
            self.problems.append((news.status, news.problem))
        return news.done

    def _lost(self, status: Status, reason: str) -> bool:
        self.problems.append((status, reason))
        return True


@dataclass(slots=True)
class _Teller:
    """Tells how far filming is."""

    context: Context
    began_s: float
    total_s: float
    label: str = ""
    planned_s: float = 0.0

    def begin(self, label: str, seconds: float) -> None:
        self.label = label
        self.tick()
        self.planned_s += seconds

    def tick(self) -> None:
        done_s = min(time.monotonic() - self.began_s, self.planned_s, self.total_s)
        self.context.report(Progress(done_s, self.total_s, self.label))


def _part(camera: str, status: Status, reason: str) -> Part:
    kept = Status.PARTIAL if status is Status.OK else status
    return Part(_NAME, kept, clean(f"{camera}: {reason}"))


def _once(problems: Sequence[tuple[Status, str]]) -> list[tuple[Status, str]]:
    return list(dict.fromkeys(problems))
