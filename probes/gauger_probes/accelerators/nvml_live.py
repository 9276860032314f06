"""Asks NVIDIA's management library itself, and remembers every answer for a capture to keep.

Calls go through NVIDIA's own binding (``pynvml`` of nvidia-ml-py), into the library that was
handed to it before. Its structures become JSON by the table of questions. No question is put
twice, so that what was recorded is what was answered.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import pynvml

from gauger_probes.accelerators.nvml_answers import (
    FUNCTION_NOT_FOUND,
    Argument,
    Handle,
    Refusal,
    spelt,
    value_or_refusal,
    way,
)
from gauger_probes.accelerators.nvml_questions import QUESTIONS, Kind, Question
from gauger_probes.accelerators.nvml_recording import MAX_ANSWERS
from gauger_probes.evidence.common import JsonValue

_BEGIN = spelt("nvmlInit")

#: ``nvmlValueType_t``: which member of the union ``nvmlValue_t`` holds the number.
_MEMBERS = {1: "uiVal", 2: "ulVal", 3: "ullVal", 4: "sllVal", 5: "siVal", 6: "usVal"}


class LiveSession:
    """The library that pynvml holds in this process."""

    def __init__(self) -> None:
        self._answers: dict[str, JsonValue] = {}
        self._handles: dict[str, Any] = {}

    @property
    def answers(self) -> Mapping[str, JsonValue]:
        """What was answered so far, by the spelling of the call."""
        return self._answers

    def ask(self, function: str, *arguments: Argument) -> JsonValue | Refusal:
        """Return what ``function`` answers, asked once."""
        call = spelt(function, *arguments)
        if call not in self._answers:
            if len(self._answers) >= MAX_ANSWERS:
                return Refusal(None, f"more than {MAX_ANSWERS} questions")
            self._answers[call] = self._asked(function, arguments)
        return value_or_refusal(self._answers[call])

    def close(self) -> None:
        """Shut the library down, if it was started."""
        if self._answers.get(_BEGIN, "never") is None:
            with contextlib.suppress(pynvml.NVMLError):
                pynvml.nvmlShutdown()

    def _asked(self, function: str, arguments: tuple[Argument, ...]) -> JsonValue:
        call = _OTHERWISE.get(function) or getattr(pynvml, function, None)
        if call is None:
            return {"error": FUNCTION_NOT_FOUND}
        try:
            value = call(*map(self._native, arguments))
        except pynvml.NVMLError as problem:
            return {"error": problem.value}
        except UnicodeDecodeError as problem:
            value = problem.object
        question = QUESTIONS[function]
        if question.answer is Kind.HANDLE:
            self._handles[way(*arguments)] = value
            return {"handle": way(*arguments)}
        return _as_json(question, value)

    def _native(self, argument: Argument) -> Any:
        return self._handles[argument.path] if isinstance(argument, Handle) else argument


def _as_json(question: Question, value: Any) -> JsonValue:
    if question.answer is Kind.NOTHING:
        return None
    if question.answer is Kind.RECORD:
        there = {name: kind for name, kind in question.members.items() if _has(value, name)}
        return {name: _scalar(kind, _member(value, name)) for name, kind in there.items()}
    if question.answer is Kind.PAIR:
        return [int(part) for part in value]
    return _scalar(question.answer, value)


def _has(record: Any, name: str) -> bool:
    return any(field[0] == name for field in record._fields_)


def _member(record: Any, name: str) -> Any:
    try:
        return getattr(record, name)
    except UnicodeDecodeError as problem:
        return problem.object


def _scalar(kind: Kind, value: Any) -> JsonValue:
    if kind is Kind.NUMBER:
        return int(value)
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _field_value(device: Any, field: int) -> int:
    """One field a call: each has an error of its own."""
    (entry,) = pynvml.nvmlDeviceGetFieldValues(device, [field])
    if entry.nvmlReturn != pynvml.NVML_SUCCESS:
        raise pynvml.NVMLError(entry.nvmlReturn)
    member = _MEMBERS.get(entry.valueType)
    if member is None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_UNKNOWN)
    return int(getattr(entry.value, member))


def _default_ecc_mode(device: Any) -> int:
    """The binding has it in a list of one."""
    (mode,) = pynvml.nvmlDeviceGetDefaultEccMode(device)
    return int(mode)


#: Where the binding's answer is not of the shape that the table gives it.
_OTHERWISE: Mapping[str, Callable[..., Any]] = {
    "nvmlDeviceGetFieldValues": _field_value,
    "nvmlDeviceGetDefaultEccMode": _default_ecc_mode,
}
