"""The process that films one camera: a driver that hangs or crashes costs that camera alone.

It is told what to film on standard input and answers one line for each thing it learns. Asked to
end, it puts every control back first; and it ends by itself should nobody ask.
"""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FrameType

from gauger_probes.cameras.filming import News, Order, Subject, film
from gauger_probes.cameras.open_device import OpenDevice, opened
from gauger_probes.cameras.v4l2_abi import QUERYCAP, BufferType, Capabilities, Capability
from gauger_probes.cameras.v4l2_node import Question, describe, unanswered
from gauger_probes.evidence.camera import NodeRole
from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.coverage import Status
from gauger_probes.run.confine import confine
from gauger_probes.text import clean

#: What the interpreter of such a process runs.
PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from gauger_probes.cameras.film_worker import main; main()"
)


@dataclass(frozen=True, slots=True)
class Job:
    """The nodes of one camera, the order for all of them together, and when to be gone."""

    questions: tuple[Question, ...]
    order: Order
    gone_s: float


def main() -> None:
    """Do the job on standard input."""
    signal.signal(signal.SIGTERM, _leave)
    confine(int(sys.argv[2]), memory_bytes=None, at_its_end=signal.SIGTERM)
    job = from_json(Job, json.loads(sys.stdin.buffer.readline()))
    signal.alarm(math.ceil(job.gone_s))
    for news in film_camera(job):
        sys.stdout.write(json.dumps(to_json(news)) + "\n")
        sys.stdout.flush()


def film_camera(job: Job) -> Iterator[News]:
    """Yield what filming the camera brings, node after node, and at last that it is done."""
    subjects: list[tuple[Question, Subject]] = []
    for question in job.questions:
        try:
            with opened(question) as device:
                subject = _subject(device, question)
        except OSError as problem:
            yield _closed(question, problem)
            continue
        if subject is not None:
            subjects.append((question, subject))
    share_s = job.order.seconds / max(1, len(subjects))
    for question, subject in subjects:
        yield from _film_node(question, subject, replace(job.order, seconds=share_s))
    yield News(done=True)


def _film_node(question: Question, subject: Subject, order: Order) -> Iterator[News]:
    try:
        with opened(question) as device:
            yield from film(device, subject, order)
    except OSError as problem:
        yield _closed(question, problem)
    except Exception as problem:  # what an analysis stumbles over must not cost the other nodes
        reason = f"{question.path}: {type(problem).__name__}: {problem}"
        yield News(problem=clean(reason), status=Status.CRASHED)


def _closed(question: Question, problem: OSError) -> News:
    answer = unanswered(question.path, problem)
    return News(problem=f"{question.path}: {answer.reason}", status=answer.status)


def _subject(device: OpenDevice, question: Question) -> Subject | None:
    """Return what there is to film, ``None`` for a node that captures no pictures."""
    asked = describe(question.path, device.ioctl).asked
    if asked is None or asked.node.role is not NodeRole.CAPTURE:
        return None
    capability = Capability()
    device.ioctl(QUERYCAP, capability)
    single = Capabilities(capability.device_caps) & Capabilities.VIDEO_CAPTURE
    queue = BufferType.VIDEO_CAPTURE if single else BufferType.VIDEO_CAPTURE_MPLANE
    return Subject(question.path, queue, asked.node.modes, asked.controls)


def _leave(_: int, __: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(1)
