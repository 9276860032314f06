"""The process's exit codes, an interface that scripts rely on, and which of several applies.

The numbers and their order of gravity are those of the design's table of exit codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What one run of the command says about its result."""

    DONE = 0
    USAGE = 2
    MEETS = 10
    INDETERMINATE = 11
    NOT_AUTHENTIC = 20
    NOT_FRESH = 21
    MISMATCH = 22
    NOT_BELIEVED = 23
    INPUT_UNREADABLE = 66
    INTERNAL = 70
    OUTPUT_UNWRITABLE = 73
    INTERRUPTED = 130


#: From gravest to mildest. A wrong command line (2) ends a run before the codes below it arise.
_GRAVITY: tuple[ExitCode, ...] = (
    ExitCode.INTERRUPTED,
    ExitCode.USAGE,
    ExitCode.INTERNAL,
    ExitCode.OUTPUT_UNWRITABLE,
    ExitCode.INPUT_UNREADABLE,
    ExitCode.NOT_AUTHENTIC,
    ExitCode.NOT_BELIEVED,
    ExitCode.NOT_FRESH,
    ExitCode.MISMATCH,
    ExitCode.MEETS,
    ExitCode.INDETERMINATE,
    ExitCode.DONE,
)


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that applies when several do (``DONE`` for none)."""
    return min(codes, key=_GRAVITY.index, default=ExitCode.DONE)
