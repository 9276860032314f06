"""Questions to NVIDIA's management library, each answered by a value or by why there is none.

Calls go through NVIDIA's own binding (``pynvml`` of nvidia-ml-py), one refusal costing one field.
Names and numbers of the errors are the binding's, which are those of nvml.h.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import pynvml

from gauger_probes.evidence.common import Unread
from gauger_probes.text import clean

_T = TypeVar("_T")

#: Integers beyond this are not exact as a JSON number (RFC 8785), and no device has so many.
_MOST = 2**53

#: Errors of a device, driver or library that has no such thing at all.
_LACKING = frozenset(
    {
        pynvml.NVML_ERROR_NOT_SUPPORTED,
        pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,
        pynvml.NVML_ERROR_DEPRECATED,
    }
)

_NAMES: dict[int, str] = {
    code: name for name, code in vars(pynvml).items() if name.startswith("NVML_ERROR_")
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call gave no value; ``code`` is an ``nvmlReturn_t``, ``None`` for our own refusal."""

    code: int | None
    reason: str

    @property
    def lacking(self) -> bool:
        """Whether there is nothing of that kind to be read."""
        return self.code in _LACKING


def refusal(code: int) -> Refusal:
    """Return the refusal with NVML's own name: ``NVML_ERROR_NOT_SUPPORTED (3)``."""
    return Refusal(code, f"{_NAMES.get(code, 'NVML error')} ({code})")


def ask(function: str, *arguments: Any) -> Any:
    """Return what ``function`` of the binding answers, or a :class:`Refusal`.

    Text is ``str``, or ``bytes`` where it is not UTF-8.
    """
    call = getattr(pynvml, function, None)
    if call is None:
        return Refusal(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND, f"pynvml has no {function}")
    try:
        return call(*arguments)
    except pynvml.NVMLError as problem:
        return refusal(problem.value)
    except UnicodeDecodeError as problem:
        return problem.object


def text(function: str, *arguments: Any) -> str | Refusal | None:
    """Return the printable text that ``function`` answers, ``None`` where it is empty."""
    value = ask(function, *arguments)
    return value if isinstance(value, Refusal) else clean(value)


def number(function: str, *arguments: Any) -> int | Refusal:
    """Return the integer that ``function`` answers."""
    value = ask(function, *arguments)
    return value if isinstance(value, Refusal) else exact(int(value))


def exact(value: int) -> int | Refusal:
    """Return ``value``, refused where it is negative or too large to be carried exactly."""
    return value if 0 <= value <= _MOST else Refusal(None, f"out of range: {value}")


@dataclass(slots=True)
class Device:
    """One device handle, and what it would not tell so far."""

    handle: Any
    unread: list[Unread] = field(default_factory=list)

    def text(self, name: str, function: str) -> str | None:
        """Return the text behind field ``name``; a refusal is noted."""
        return self.take(name, text(function, self.handle))

    def number(self, name: str, function: str, *arguments: Any) -> int | None:
        """Return the integer behind field ``name``; a refusal is noted."""
        return self.take(name, number(function, self.handle, *arguments))

    def setting(self, name: str, function: str, *arguments: Any) -> int | None:
        """Return an integer that a device may lack, which is then no gap in what was read."""
        answer = number(function, self.handle, *arguments)
        return None if isinstance(answer, Refusal) and answer.lacking else self.take(name, answer)

    def take(self, name: str, answer: _T | Refusal) -> _T | None:
        """Return the answer for field ``name``; a refusal is noted."""
        if not isinstance(answer, Refusal):
            return answer
        self.unread.append(Unread(name, answer.reason))
        return None
