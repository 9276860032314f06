"""Runs some probes in one child: asks, listens within the limits, kills, and says what was lost.

The child answers in the order in which it was asked, so that the first probe without an answer
is the one that was running when it was lost.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gauger_probes.evidence.coverage import Status
from gauger_probes.registry import ProbeSpec
from gauger_probes.result import Options, Progress, Result
from gauger_probes.roots import Roots
from gauger_probes.run.limits import POLL_S
from gauger_probes.run.memory import resident_bytes
from gauger_probes.run.outcome import Outcome, top_level
from gauger_probes.run.process import Child, FloodError
from gauger_probes.run.protocol import (
    Failure,
    ProtocolError,
    Reply,
    Request,
    Task,
    decode_message,
)
from gauger_probes.text import clean

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """What every child of a run shares.

    ``resident_bytes`` is the most that a child without an address-space limit may keep in
    memory (``None``: not watched).
    """

    roots: Roots
    options: Options
    report: Callable[[Progress], None] = lambda _: None
    resident_bytes: int | None = None
    extra_path: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """``outcomes`` of the probes that answered; ``loss`` of the one that cost the child its life.

    ``stuck``: the child could not be killed and was left behind.
    """

    outcomes: tuple[Outcome, ...]
    loss: Outcome | None = None
    stuck: bool = False


def converse(specs: Sequence[ProbeSpec], setting: Setting) -> Conversation:
    """Run ``specs`` in one child. Never raises for what the child does, and never hangs."""
    try:
        child = Child(_request(specs, setting))
    except (OSError, ProtocolError) as problem:
        reason = f"no child could be started: {problem}"
        return Conversation((), Outcome(specs[0].name, Status.CRASHED, reason))
    talk = _Talk(specs, setting, child)
    gone = False
    try:
        loss = talk.listen()
    finally:
        gone = child.stop()
    outcomes = tuple(talk.outcomes)
    if loss is None:
        return Conversation(outcomes, stuck=not gone)
    reason = (loss.reason or child.epitaph()) if gone else _stuck_reason(loss, child)
    lost = Outcome(talk.current.name, loss.status, reason, talk.elapsed())
    return Conversation(outcomes, lost, stuck=not gone)


def _request(specs: Sequence[ProbeSpec], setting: Setting) -> Request:
    return Request(
        tasks=tuple(Task(spec.name, spec.target) for spec in specs),
        root=os.fspath(setting.roots.root.absolute()),
        captured=setting.roots.captured,
        options=setting.options,
        parent=os.getpid(),
        memory_bytes=_address_space(specs),
        extra_path=tuple(os.fspath(folder.absolute()) for folder in setting.extra_path),
    )


def _address_space(specs: Sequence[ProbeSpec]) -> int | None:
    sizes = [spec.memory_bytes for spec in specs]
    return None if None in sizes else max(size for size in sizes if size is not None)


@dataclass(frozen=True, slots=True)
class _Loss:
    """Why listening stopped early; ``reason`` is ``None`` where the exit status will say it."""

    status: Status
    reason: str | None = None


class _Talk:
    """What was heard from one child so far."""

    def __init__(self, specs: Sequence[ProbeSpec], setting: Setting, child: Child) -> None:
        self.outcomes: list[Outcome] = []
        self._specs = specs
        self._setting = setting
        self._child = child
        self._since = time.monotonic()
        self._watched = _address_space(specs) is None

    @property
    def current(self) -> ProbeSpec:
        """The probe that has yet to answer."""
        return self._specs[len(self.outcomes)]

    def elapsed(self) -> float:
        """Return the seconds since the current probe could begin."""
        return time.monotonic() - self._since

    def listen(self) -> _Loss | None:
        """Listen until every probe has answered, or the child is lost."""
        try:
            while True:
                ended = self._child.ended()  # before listening: what it wrote is then all there
                lines = self._child.lines(0 if ended else POLL_S)
                if self._all_answered(lines or []):
                    return None
                if ended and lines is None:
                    return _Loss(Status.CRASHED)
                limit = self._limit_reached()
                if limit is not None:
                    return limit
        except FloodError as problem:
            return _Loss(Status.CRASHED, f"flood of output: {problem}")
        except ProtocolError as problem:
            return _Loss(Status.CRASHED, f"malformed answer: {problem}")

    def _all_answered(self, lines: list[bytes]) -> bool:
        for line in lines:
            message = decode_message(line)
            if isinstance(message, Progress):
                self._setting.report(replace(message, label=clean(message.label) or ""))
            else:
                self._answered(message)
            if len(self.outcomes) == len(self._specs):
                return True
        return False

    def _answered(self, reply: Reply) -> None:
        if reply.probe != self.current.name:
            raise ProtocolError("an answer for another probe")
        self.outcomes.append(_outcome(reply))
        self._since = time.monotonic()

    def _limit_reached(self) -> _Loss | None:
        limit_s = _time_limit(self.current, self._setting.options)
        if self.elapsed() > limit_s:
            return _Loss(Status.TIMEOUT, f"no answer within the time limit of {limit_s:g} s")
        ceiling = self._setting.resident_bytes
        if not self._watched or ceiling is None:
            return None
        used = resident_bytes(Roots(), self._child.pid)
        if used is None or used <= ceiling:
            return None
        return _Loss(Status.CRASHED, f"beyond the resident-memory limit of {ceiling // _MIB} MiB")


def _time_limit(spec: ProbeSpec, options: Options) -> float:
    return spec.timeout_s + (options.budget_s if spec.measures else 0.0)


def _outcome(reply: Reply) -> Outcome:
    outcome = reply.outcome
    if isinstance(outcome, Result):
        outcome = _misnamed_part(reply.probe, outcome) or outcome
    if isinstance(outcome, Failure):
        return Outcome(reply.probe, outcome.status, outcome.reason, reply.duration_s)
    return Outcome(reply.probe, outcome.status, outcome.reason, reply.duration_s, outcome)


def _misnamed_part(probe: str, result: Result) -> Failure | None:
    for part in result.parts:
        if not part.name.startswith(f"{top_level(probe)}."):
            return Failure(Status.CRASHED, f"malformed result: part {part.name!r} of another probe")
    return None


def _stuck_reason(loss: _Loss, child: Child) -> str:
    why = "timeout" if loss.status is Status.TIMEOUT else loss.reason
    held = ", ".join(child.devices())
    return f"{why}, unkillable (state D)" + (f"; holds {held}" if held else "")
