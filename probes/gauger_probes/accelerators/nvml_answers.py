"""Questions to NVIDIA's management library, each answered by a value or by why there is none.

Whoever asks does not know whether the library answers or a recording of it: both are a
:class:`Session`. Names and numbers of the errors are those of nvml.h (``nvmlReturn_t``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from gauger_probes.evidence.common import JsonValue

#: Integers beyond this are not exact as a JSON number (RFC 8785), and no device has so many.
_MOST = 2**53

INVALID_ARGUMENT = 2
NOT_SUPPORTED = 3
NO_PERMISSION = 4
NOT_FOUND = 6
DRIVER_NOT_LOADED = 9
FUNCTION_NOT_FOUND = 13
LIB_RM_VERSION_MISMATCH = 18
VGPU_ECC_NOT_SUPPORTED = 22
DEPRECATED = 26
UNKNOWN = 999

ERRORS = {
    1: "UNINITIALIZED",
    INVALID_ARGUMENT: "INVALID_ARGUMENT",
    NOT_SUPPORTED: "NOT_SUPPORTED",
    NO_PERMISSION: "NO_PERMISSION",
    5: "ALREADY_INITIALIZED",
    NOT_FOUND: "NOT_FOUND",
    7: "INSUFFICIENT_SIZE",
    8: "INSUFFICIENT_POWER",
    DRIVER_NOT_LOADED: "DRIVER_NOT_LOADED",
    10: "TIMEOUT",
    11: "IRQ_ISSUE",
    12: "LIBRARY_NOT_FOUND",
    FUNCTION_NOT_FOUND: "FUNCTION_NOT_FOUND",
    14: "CORRUPTED_INFOROM",
    15: "GPU_IS_LOST",
    16: "RESET_REQUIRED",
    17: "OPERATING_SYSTEM",
    LIB_RM_VERSION_MISMATCH: "LIB_RM_VERSION_MISMATCH",
    19: "IN_USE",
    20: "MEMORY",
    21: "NO_DATA",
    VGPU_ECC_NOT_SUPPORTED: "VGPU_ECC_NOT_SUPPORTED",
    23: "INSUFFICIENT_RESOURCES",
    24: "FREQ_NOT_SUPPORTED",
    25: "ARGUMENT_VERSION_MISMATCH",
    DEPRECATED: "DEPRECATED",
    27: "NOT_READY",
    28: "GPU_NOT_FOUND",
    29: "INVALID_STATE",
    30: "RESET_TYPE_NOT_SUPPORTED",
    UNKNOWN: "UNKNOWN",
}

#: Errors of a device that has no such thing. A library that lacks the function is not among
#: them: what it was not asked may well be there.
_LACKING = frozenset({NOT_SUPPORTED, VGPU_ECC_NOT_SUPPORTED, DEPRECATED})


@dataclass(frozen=True, slots=True)
class Handle:
    """A device, by the way to it: ``0``, or ``0/2`` for the third instance of a partitioned GPU."""

    path: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call gave no value; ``code`` is an ``nvmlReturn_t``, ``None`` for our own refusal."""

    code: int | None
    reason: str

    @property
    def lacking(self) -> bool:
        """Whether there is nothing of that kind to be read."""
        return self.code in _LACKING


Argument: TypeAlias = Handle | int


class Session(Protocol):
    """A library that was asked, or is being asked."""

    def ask(self, function: str, *arguments: Argument) -> JsonValue | Refusal:
        """Return what ``function`` answers, in the shape that the table of questions gives it."""


def refusal(code: int) -> Refusal:
    """Return the refusal with NVML's own name: ``NVML_ERROR_NOT_SUPPORTED (3)``."""
    return Refusal(code, f"NVML_ERROR_{ERRORS[code]} ({code})" if code in ERRORS else _odd(code))


def _odd(code: int) -> str:
    return f"NVML error ({code})"


def spelt(function: str, *arguments: Argument) -> str:
    """Return the call as recordings spell it: ``nvmlDeviceGetMaxClockInfo(0, 1)``."""
    return f"{function}({way(*arguments, between=', ')})"


def way(*arguments: Argument, between: str = "/") -> str:
    """Return the path of the handle that a call with these arguments obtains: ``0/2``."""
    return between.join(
        argument.path if isinstance(argument, Handle) else str(argument) for argument in arguments
    )


def value_or_refusal(answer: JsonValue) -> JsonValue | Refusal:
    """Return what a recorded ``answer`` says; ``{"error": code}`` is a refusal."""
    if isinstance(answer, dict) and "error" in answer:
        code = answer["error"]
        return refusal(code if isinstance(code, int) else UNKNOWN)
    return answer


def exact(value: int) -> int | Refusal:
    """Return ``value``, refused where it is negative or too large to be carried exactly."""
    return value if 0 <= value <= _MOST else Refusal(None, f"out of range: {value}")
