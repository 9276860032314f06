"""What the runner and its child say to each other: one request, then one JSON message a line.

The request goes to the child's stdin; progress and replies come back on a pipe that only the
child's own code knows. Reading is strict and bounded: a child that ran foreign code is believed
no further than its words have the right shape.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeVar

from gauger_probes import strict_json
from gauger_probes.evidence.codec import DecodeError, from_json, to_json
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Options, Progress, Result
from gauger_probes.run.limits import MAX_MESSAGE, MAX_REQUEST

_T = TypeVar("_T")


class ProtocolError(ValueError):
    """What arrived is not a message of this protocol, or is beyond its limits."""


@dataclass(frozen=True, slots=True)
class Task:
    """One probe to run: its name and its ``module:function``."""

    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that a child is told.

    ``parent`` is the process id of the runner, with which the child dies; ``memory_bytes`` its
    address-space limit; ``extra_path`` folders that probes may be imported from besides the
    installed packages.
    """

    tasks: tuple[Task, ...]
    root: str
    captured: bool
    options: Options
    parent: int
    memory_bytes: int | None = None
    extra_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result."""

    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """How one probe ended in the child, and the seconds that it took."""

    probe: str
    duration_s: float
    outcome: Result | Failure


@dataclass(frozen=True, slots=True)
class _Head:
    probe: str
    duration_s: float
    error: Failure | None = None


def encode_request(request: Request) -> bytes:
    """Return the request as bytes.

    Raises:
        ProtocolError: it is larger than ``MAX_REQUEST``.
    """
    data = json.dumps(to_json(request), allow_nan=False).encode("ascii")
    if len(data) > MAX_REQUEST:
        raise ProtocolError(f"a request of {len(data)} bytes, more than {MAX_REQUEST}")
    return data


def decode_request(data: bytes) -> Request:
    """Return the request that ``data`` holds.

    Raises:
        ProtocolError: it is not a request, or larger than ``MAX_REQUEST``.
    """
    return _shaped(Request, _parse(data, MAX_REQUEST))


def encode_progress(progress: Progress) -> bytes:
    """Return a progress message, newline included.

    Raises:
        ProtocolError: JSON cannot carry it: a number is not finite, or text is not Unicode.
    """
    return _line("progress", _carried(progress))


def encode_reply(reply: Reply) -> bytes:
    """Return a reply, newline included.

    Raises:
        ProtocolError: JSON cannot carry it, or it is larger than ``MAX_MESSAGE``.
    """
    body: dict[str, JsonValue] = {"probe": reply.probe, "durationS": reply.duration_s}
    kind = "error" if isinstance(reply.outcome, Failure) else "result"
    body[kind] = _carried(reply.outcome)
    return _line("result", body)


def decode_message(line: bytes) -> Progress | Reply:
    """Return the message in one line (without its newline).

    A reply whose result alone is misshapen is a ``Failure`` of that probe: its neighbours in
    the same child lose nothing.

    Raises:
        ProtocolError: the line is no message.
    """
    value = _parse(line, MAX_MESSAGE)
    if b"\\u" in line:
        _refuse_surrogates(value)
    if not isinstance(value, dict) or len(value) != 1:
        raise ProtocolError("expected an object with one field")
    ((kind, body),) = value.items()
    if kind == "progress":
        return _shaped(Progress, body)
    if kind == "result":
        return _decode_reply(body)
    raise ProtocolError(f"unknown message {kind[:64]!r}")


def _decode_reply(body: JsonValue) -> Reply:
    if not isinstance(body, dict):
        raise ProtocolError("expected an object under 'result'")
    rest = {name: value for name, value in body.items() if name != "result"}
    head = _shaped(_Head, rest)
    if ("result" in body) == (head.error is not None):
        raise ProtocolError("expected either a result or an error")
    outcome = head.error or _decode_result(body["result"])
    return Reply(head.probe, max(0.0, head.duration_s), outcome)


def _decode_result(value: JsonValue) -> Result | Failure:
    try:
        return from_json(Result, value)
    except DecodeError as problem:
        return Failure(Status.CRASHED, f"malformed result: {problem}")


def _shaped(kind: type[_T], value: JsonValue) -> _T:
    try:
        return from_json(kind, value)
    except DecodeError as problem:
        raise ProtocolError(str(problem)) from None


def _carried(value: object) -> JsonValue:
    try:
        return to_json(value)
    except (ValueError, RecursionError) as problem:
        raise ProtocolError(f"JSON cannot carry it: {problem}") from None


def _line(kind: str, body: JsonValue) -> bytes:
    try:
        text = json.dumps({kind: body}, ensure_ascii=False, allow_nan=False)
        data = text.encode("utf-8") + b"\n"
    except (TypeError, ValueError, RecursionError) as problem:
        raise ProtocolError(f"not JSON: {problem}") from None
    if len(data) > MAX_MESSAGE:
        raise ProtocolError(f"a message of {len(data)} bytes, more than {MAX_MESSAGE}")
    return data


def _parse(data: bytes, limit: int) -> JsonValue:
    if len(data) > limit:
        raise ProtocolError(f"a message of {len(data)} bytes, more than {limit}")
    try:
        return strict_json.parse(data)
    except ValueError as problem:
        raise ProtocolError(f"not JSON: {problem}") from None


def _refuse_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ProtocolError("text that is not Unicode") from None
