"""Listens to the process of one device until it is done, lost, or its time is up."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

from gauger_probes.evidence.codec import DecodeError, from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.device.job import Job, Listed, News
from gauger_probes.text import clean
from gauger_probes.worker import Worker


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, and what it is about (``gemm.fp16``), where it is about one thing."""

    problem: str
    about: str | None
    status: Status


@dataclass(slots=True)
class Heard:
    """What one process has told; nothing that it told before it was lost is lost."""

    listed: list[Listed] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doing: str = "being opened"

    def take(self, news: News) -> bool:
        """Take note of ``news``; return whether it is the last."""
        self.listed += news.listed
        self.doing = clean(news.doing or "") or self.doing
        if news.measurement is not None:
            self.measurements.append(news.measurement)
        if news.problem is not None:
            about = clean(news.about) if news.about else None
            problem = clean(news.problem) or "no reason was told"
            self.problems.append(Problem(problem, about, news.status))
        return news.done

    def lost(self, status: Status, reason: str) -> None:
        """Note that the process was lost."""
        self.problems.append(Problem(reason, None, status))


def hear(job: Job, program: str, limit_s: float) -> Heard:
    """Run ``job`` in a process of its own for ``limit_s`` seconds at most."""
    heard = Heard()
    deadline_s = time.monotonic() + limit_s
    worker = Worker(program, to_json(job), own_session=True)
    try:
        while not _next(worker, heard, deadline_s):
            pass
    finally:
        worker.stop()
    return heard


def _next(worker: Worker, heard: Heard, deadline_s: float) -> bool:
    try:
        return heard.take(from_json(News, json.loads(worker.line(deadline_s))))
    except TimeoutError:
        heard.lost(Status.TIMEOUT, f"no end in time while {heard.doing}")
    except EOFError:
        heard.lost(Status.CRASHED, f"its process {worker.ending()} while {heard.doing}")
    except (DecodeError, ValueError, RecursionError):
        heard.lost(Status.CRASHED, f"what it told while {heard.doing} is not readable")
    return True
