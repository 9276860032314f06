"""The process in which probes run, started in isolated mode (``python -I``) by the runner.

It reads one request from stdin, confines itself, runs the probes in order and answers on a pipe
that foreign code does not know: what a native library prints goes to /dev/null.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Context, Progress, Result
from gauger_probes.roots import Roots
from gauger_probes.run.confine import confine
from gauger_probes.run.limits import MAX_REQUEST, PROGRESS_INTERVAL_S
from gauger_probes.run.protocol import (
    Failure,
    ProtocolError,
    Reply,
    Request,
    Task,
    decode_request,
    encode_progress,
    encode_reply,
)
from gauger_probes.text import clean


def main() -> None:
    """Serve one request and leave without any clean-up that a probe could have left behind."""
    channel = _Channel(_take_stdout())
    request = decode_request(sys.stdin.buffer.read(MAX_REQUEST + 1))
    confine(request.parent, request.memory_bytes)
    sys.path.extend(request.extra_path)
    for task in request.tasks:
        channel.reply(_run(task, request, channel))
    os._exit(0)


@dataclass(slots=True)
class _Channel:
    """The pipe to the runner. Only the process that opened it writes to it."""

    descriptor: int
    owner: int = field(default_factory=os.getpid)
    reported_at: float = -PROGRESS_INTERVAL_S

    def report(self, progress: Progress) -> None:
        """Pass progress on, at most once in ``PROGRESS_INTERVAL_S``."""
        now = time.monotonic()
        if now - self.reported_at >= PROGRESS_INTERVAL_S:
            self.reported_at = now
            self._send(encode_progress(progress))

    def reply(self, reply: Reply) -> None:
        """Send how one probe ended; a result that cannot be carried becomes a failure."""
        try:
            data = encode_reply(reply)
        except ProtocolError as problem:
            failure = Failure(Status.CRASHED, f"malformed result: {problem}")
            data = encode_reply(Reply(reply.probe, reply.duration_s, failure))
        self._send(data)

    def _send(self, data: bytes) -> None:
        if os.getpid() != self.owner:
            os._exit(1)  # a fork of a probe that came back: its words would count twice
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]


def _take_stdout() -> int:
    descriptor = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.close(silence)
    return descriptor


def _run(task: Task, request: Request, channel: _Channel) -> Reply:
    context = Context(Roots(Path(request.root), request.captured), request.options, channel.report)
    began = time.monotonic()
    try:
        outcome = _call(task.target, context)
    except Exception as problem:
        outcome = _failure(problem, request.memory_bytes)
    return Reply(task.name, time.monotonic() - began, outcome)


def _call(target: str, context: Context) -> Result | Failure:
    module, _, function = target.partition(":")
    result = getattr(importlib.import_module(module), function)(context)
    if isinstance(result, Result):
        return result
    return Failure(Status.CRASHED, f"it returned {type(result).__name__} where a Result belongs")


def _failure(problem: Exception, memory_bytes: int | None) -> Failure:
    if isinstance(problem, MemoryError) or getattr(problem, "errno", None) == errno.ENOMEM:
        return Failure(Status.CRASHED, _out_of_memory(problem, memory_bytes))
    return Failure(_status(problem), _described(problem))


def _status(problem: Exception) -> Status:
    if isinstance(problem, PermissionError):
        return Status.DENIED
    if isinstance(problem, ImportError) and not (problem.name or "").startswith("gauger_"):
        return Status.UNAVAILABLE
    return Status.CRASHED


def _out_of_memory(problem: Exception, memory_bytes: int | None) -> str:
    if memory_bytes is None:
        return f"{type(problem).__name__}: the machine had no memory left"
    mib = memory_bytes // (1024 * 1024)
    return f"{type(problem).__name__}: the address-space limit of {mib} MiB was reached"


def _described(problem: Exception) -> str:
    try:
        text = str(problem)
    except Exception:  # an exception class of somebody else's may fail even here
        text = ""
    name = type(problem).__name__
    return clean(f"{name}: {text}" if text else name) or name
