"""Checks one line of a recording: that the call exists, and that the answer has its shape.

Pure. What passes here can be handed to whoever asks without another look at its type; the values
are still only a claim.
"""

from __future__ import annotations

import re

from gauger_probes.accelerators.nvml_questions import QUESTIONS, Kind, Question
from gauger_probes.evidence.codec import kind_of
from gauger_probes.evidence.common import JsonValue

#: ``function(0, 1)``, a device handle spelt by the way to it: ``0`` or ``0/2``.
_CALL = re.compile(r"(\w{1,64})\(([0-9/, ]{0,64})\)", re.ASCII)
_ARGUMENTS = {
    Kind.NUMBER: re.compile(r"0|[1-9][0-9]{0,9}"),
    Kind.HANDLE: re.compile(r"(?:0|[1-9][0-9]{0,3})(?:/(?:0|[1-9][0-9]{0,3}))?"),
}

#: Longest text; the buffers of the binding hold at most a few hundred bytes.
_MAX_TEXT = 4096
#: What C's integers hold: ``long long`` below, ``unsigned long long`` above.
_LEAST, _MOST = -(2**63), 2**64 - 1


class RecordingError(ValueError):
    """It is not a recording of NVML's answers; the message says where and why."""


def check_answer(call: str, answer: JsonValue) -> None:
    """Pass an ``answer`` that the table of questions allows for ``call``.

    Raises:
        RecordingError: the call is none, or the answer is not of its shape.
    """
    found = _CALL.fullmatch(call)
    question = QUESTIONS.get(found[1]) if found else None
    if found is None or question is None:
        raise RecordingError(f"answers: no such call: {call[:96]!r}")
    arguments = found[2].split(", ") if found[2] else []
    if not _fits(question, arguments):
        raise RecordingError(f"answers: {call[:96]!r} has the wrong arguments")
    if not _is_error(answer) and not _is_answer(question, arguments, answer):
        said = f"expected {question.answer.name.lower()}, found {kind_of(answer)}"
        raise RecordingError(f"answers: {call}: {said}")


def _fits(question: Question, arguments: list[str]) -> bool:
    version = question.versioned and len(arguments) > len(question.takes)
    kinds = (*question.takes, *((Kind.NUMBER,) if version else ()))
    return len(kinds) == len(arguments) and all(
        _ARGUMENTS[kind].fullmatch(argument)
        for kind, argument in zip(kinds, arguments, strict=True)
    )


def _is_error(answer: JsonValue) -> bool:
    """``nvmlReturn_t`` is a C enumeration; 0 is success and no error."""
    if not isinstance(answer, dict) or answer.keys() != {"error"}:
        return False
    code = answer["error"]
    return _is_whole(code, -(2**31), 2**31 - 1) and code != 0


def _is_answer(question: Question, arguments: list[str], answer: JsonValue) -> bool:
    if question.answer is Kind.HANDLE:
        return answer == {"handle": "/".join(arguments)}
    if question.answer is Kind.RECORD:
        return isinstance(answer, dict) and all(
            _is_scalar(question.members.get(name), value) for name, value in answer.items()
        )
    if question.answer is Kind.PAIR:
        return isinstance(answer, list) and len(answer) == 2 and all(map(_is_whole, answer))
    return _is_scalar(question.answer, answer)


def _is_scalar(kind: Kind | None, value: JsonValue) -> bool:
    if kind is Kind.NOTHING:
        return value is None
    if kind is Kind.TEXT:
        return isinstance(value, str) and len(value) <= _MAX_TEXT
    return kind is Kind.NUMBER and _is_whole(value)


def _is_whole(value: JsonValue, least: int = _LEAST, most: int = _MOST) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
