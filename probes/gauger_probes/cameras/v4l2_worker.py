"""Asks many nodes in a child process, so that one hung or crashing driver costs one node.

The child answers in order, one JSON line a node. When a line is late or the child dies, that node
is given up and a new child asks the rest: the usual cost is one short-lived process however many
nodes there are. A child that cannot be killed (state D) is left behind, never waited for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gauger_probes.cameras.v4l2_node import Answer, Question, ask, lost
from gauger_probes.evidence.codec import DecodeError, from_json, to_json
from gauger_probes.evidence.coverage import Status
from gauger_probes.run.confine import confine
from gauger_probes.worker import Worker

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from gauger_probes.cameras.v4l2_worker import main; main()"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one node, and all of them together, may take, in seconds.

    uvcvideo gives a camera 5 s to answer one control request, so a node that needs longer than
    ``node_s`` is wedged.
    """

    node_s: float = 6.0
    total_s: float = 16.0


def ask_all(
    questions: Sequence[Question], limits: Limits, program: str = _PROGRAM
) -> Iterator[Answer]:
    """Yield one answer for each question, in order, within the limits.

    ``program`` is the Python source that the child runs.

    Raises:
        OSError: no child process can be started.
    """
    end = time.monotonic() + limits.total_s
    left = list(questions)
    while left:
        if time.monotonic() >= end:
            yield from (lost(q.path, Status.TIMEOUT, "not asked: no time left") for q in left)
            return
        for answer in _one_child(_Child(left, program), left, limits.node_s, end):
            left.pop(0)
            yield answer


def main() -> None:
    """Answer the questions on standard input; the child's side.

    A driver may keep it longer than its parent lives, so it is bound to die with it.
    """
    confine(int(sys.argv[2]), memory_bytes=None)
    for item in json.loads(sys.stdin.buffer.readline()):
        answer = ask(from_json(Question, item))
        sys.stdout.write(json.dumps(to_json(answer)) + "\n")
        sys.stdout.flush()


def _one_child(
    child: _Child, questions: Sequence[Question], node_s: float, end: float
) -> Iterator[Answer]:
    """Yield the answers of one child; the last is that of the node that ended it, if any."""
    try:
        for question in list(questions):
            answer = child.answer(question, min(time.monotonic() + node_s, end))
            yield answer
            if not child.alive:
                return
    finally:
        child.stop()


class _Child:
    """One asking process; not ``alive`` once a node has cost it."""

    def __init__(self, questions: Sequence[Question], program: str) -> None:
        self._worker = Worker(program, [to_json(question) for question in questions])
        self.alive = True

    def answer(self, question: Question, deadline: float) -> Answer:
        """Return the child's answer, or why there is none by ``deadline`` (monotonic)."""
        try:
            line = self._worker.line(deadline)
        except TimeoutError:
            return self._give_up(question, Status.TIMEOUT, "no answer in time; the driver hangs")
        except EOFError:
            return self._give_up(question, Status.CRASHED, f"asking it {self._worker.ending()}")
        try:
            return from_json(Answer, json.loads(line))
        except (DecodeError, ValueError):
            return self._give_up(question, Status.CRASHED, "the answer is not readable")

    def stop(self) -> None:
        """Kill the child if it still runs; never wait for one that cannot be killed."""
        self._worker.stop()

    def _give_up(self, question: Question, status: Status, reason: str) -> Answer:
        self.alive = False
        return lost(question.path, status, reason)
