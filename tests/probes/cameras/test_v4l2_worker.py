"""One hung, crashing or lying node costs that node alone."""

from __future__ import annotations

import time

import pytest

from gauger_probes.cameras.nodes import DeviceNumber
from gauger_probes.cameras.v4l2_node import Question
from gauger_probes.cameras.v4l2_worker import Limits, ask_all
from gauger_probes.evidence.coverage import Status

#: A child whose node /dev/video1 behaves as ``{0}`` says; the others answer that they are codecs.
_CHILD = """
import json, os, sys, time
for question in json.loads(sys.stdin.readline()):
    if question["path"] == "/dev/video1":
        {0}
    answer = {{"path": question["path"], "asked": None, "status": "ok", "reason": None}}
    print(json.dumps(answer), flush=True)
"""
_QUESTIONS = [Question("/nonexistent", f"/dev/video{n}", DeviceNumber(81, n)) for n in range(4)]


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        ("time.sleep(60)", Status.TIMEOUT, "hangs"),
        ("os.kill(os.getpid(), 11)", Status.CRASHED, "signal 11"),
        ("os._exit(3)", Status.CRASHED, "status 3"),
        ("print('nonsense', flush=True)", Status.CRASHED, "not readable"),
    ],
)
def test_a_bad_node_costs_only_itself(behaviour: str, status: Status, reason: str) -> None:
    limits = Limits(node_s=1.5, total_s=20)
    answers = list(ask_all(_QUESTIONS, limits, _CHILD.format(behaviour)))
    assert [answer.path for answer in answers] == [question.path for question in _QUESTIONS]
    assert [answer.status for answer in answers] == [Status.OK, status, Status.OK, Status.OK]
    assert reason in str(answers[1].reason)
    assert answers[1].asked is not None
    assert answers[1].asked.node.unread


def test_nodes_that_there_was_no_time_for_are_named() -> None:
    started = time.monotonic()
    program = _CHILD.format("time.sleep(60)")
    answers = list(ask_all(_QUESTIONS, Limits(node_s=60, total_s=1.5), program))
    assert time.monotonic() - started < 10
    assert [answer.status for answer in answers] == [Status.OK, *[Status.TIMEOUT] * 3]
    assert answers[3].reason == "not asked: no time left"


def test_the_real_child_answers_what_asking_in_place_would() -> None:
    (answer,) = ask_all(_QUESTIONS[:1], Limits())
    assert answer.status is Status.PARTIAL
    assert "there is no such node" in str(answer.reason)


def test_no_questions_start_no_child() -> None:
    assert list(ask_all([], Limits(), "raise SystemExit")) == []
