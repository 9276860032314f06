"""One thing that NVML is asked about (the machine, a device, an instance), field by field.

Every field is asked for by itself: a GeForce has no serial, a partitioned GPU counts no cores, and
neither costs the rest. What was refused is remembered under the field's own name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, cast

from gauger_probes.accelerators.nvml_answers import (
    FUNCTION_NOT_FOUND,
    Argument,
    Handle,
    Refusal,
    Session,
    exact,
    refusal,
)
from gauger_probes.evidence.common import JsonValue, Unread
from gauger_probes.text import clean

_T = TypeVar("_T")


def handle(session: Session, function: str, *arguments: Argument) -> Handle | Refusal:
    """Return the handle that ``function`` obtains."""
    answer = session.ask(function, *arguments)
    return answer if isinstance(answer, Refusal) else Handle(cast(dict[str, str], answer)["handle"])


@dataclass(slots=True)
class Subject:
    """``of`` is the handle that every question begins with; the machine itself has none.

    Sessions vouch for the shape of answers, by the table of questions.
    """

    session: Session
    of: tuple[Handle, ...] = ()
    unread: list[Unread] = field(default_factory=list)

    def ask(self, function: str, *numbers: int) -> JsonValue | Refusal:
        """Return the raw answer."""
        return self.session.ask(function, *self.of, *numbers)

    def text(self, name: str, function: str) -> str | None:
        """Return the printable text behind field ``name``, ``None`` where it is empty."""
        answer = self.take(name, self.ask(function))
        return None if answer is None else clean(cast(str, answer))

    def number(self, name: str, function: str, *numbers: int) -> int | None:
        """Return the number behind field ``name``; a refusal is noted."""
        return self.take(name, self.asked_number(function, *numbers))

    def setting(self, name: str, function: str, *numbers: int) -> int | None:
        """Return a number that a device may lack, which is then no gap in what was read."""
        return self.take_if_there(name, self.asked_number(function, *numbers))

    def pair(self, function: str) -> tuple[int, int] | Refusal:
        """Return the two numbers that ``function`` answers."""
        answer = self.ask(function)
        if isinstance(answer, Refusal):
            return answer
        first, second = (exact(value) for value in cast(list[int], answer))
        if isinstance(first, Refusal):
            return first
        return second if isinstance(second, Refusal) else (first, second)

    def member(self, name: str, function: str, *numbers: int) -> int | Refusal:
        """Return the number ``name`` of the record that ``function`` answers."""
        answer = self.ask(function, *numbers)
        if isinstance(answer, Refusal):
            return answer
        value = cast(dict[str, int], answer).get(name)
        return refusal(FUNCTION_NOT_FOUND) if value is None else exact(value)

    def asked_number(self, function: str, *numbers: int) -> int | Refusal:
        """Return the number that ``function`` answers."""
        answer = self.ask(function, *numbers)
        return answer if isinstance(answer, Refusal) else exact(cast(int, answer))

    def take(self, name: str, answer: _T | Refusal) -> _T | None:
        """Return the answer for field ``name``; a refusal is noted."""
        if not isinstance(answer, Refusal):
            return answer
        self.unread.append(Unread(name, answer.reason))
        return None

    def take_if_there(self, name: str, answer: _T | Refusal) -> _T | None:
        """Return the answer for field ``name``; a refusal is noted unless the thing is lacking."""
        lacking = isinstance(answer, Refusal) and answer.lacking
        return None if lacking else self.take(name, answer)
