"""Everything that ends a command with a message of its own.

::

    GaugerError
    ├── UsageError          2   the command line, a key, a pack or a policy is wrong
    ├── Refused                 a manifest was read and is refused; carries every check
    │   ├── NotAuthentic   20
    │   ├── NotFresh       21
    │   ├── Mismatch       22
    │   └── NotBelieved    23
    ├── InputUnreadable    66
    ├── InternalError      70   our own failure
    └── OutputUnwritable   73

``message`` says what is wrong and where, ``advice`` what to do. Exceptions outside this tree are
our own failures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gauger_agent.exit_codes import ExitCode, gravest
from gauger_agent.verify.check import Check


class GaugerError(Exception):
    """What is wrong (``message``), what to do (``advice``), and the ``exit_code`` for it."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(GaugerError):
    """The command line, or a key, pack or policy that it names, is wrong."""

    exit_code = ExitCode.USAGE


class InputUnreadable(GaugerError):  # noqa: N818  says the outcome, as its code does
    """An input file cannot be read."""

    exit_code = ExitCode.INPUT_UNREADABLE


class OutputUnwritable(GaugerError):  # noqa: N818  says the outcome, as its code does
    """An output cannot be written; what stood there before still stands."""

    exit_code = ExitCode.OUTPUT_UNWRITABLE


class InternalError(GaugerError):
    """Our own failure."""

    exit_code = ExitCode.INTERNAL


class Refused(GaugerError):  # noqa: N818  says the outcome, as its code does
    """A manifest is refused. ``checks`` holds every check in order, ``failed`` those that failed.

    Only the subclasses are raised: the one whose ``exit_code`` is the gravest of the failures.
    """

    def __init__(self, message: str, advice: str = "", checks: tuple[Check, ...] = ()) -> None:
        super().__init__(message, advice)
        self.checks = checks
        self.failed = tuple(check for check in checks if check.failed)


class NotAuthentic(Refused):
    """Malformed, unsigned, signed by nobody trusted who is named, or inconsistent inside."""

    exit_code = ExitCode.NOT_AUTHENTIC


class NotFresh(Refused):
    """Authentic, but without the nonce or the age that was asked for."""

    exit_code = ExitCode.NOT_FRESH


class Mismatch(Refused):
    """Authentic, but of another machine than the one it is held against."""

    exit_code = ExitCode.MISMATCH


class NotBelieved(Refused):
    """The signer is unknown, or the signature is good and the verifier's policy is not met."""

    exit_code = ExitCode.NOT_BELIEVED


def refusal(checks: tuple[Check, ...], codes: Iterable[ExitCode]) -> Refused:
    """Return the error for ``checks``, of the class that the gravest of ``codes`` names.

    Raises:
        ValueError: no code names a refusal, so nothing failed.
    """
    code = gravest(codes)
    kinds: dict[ExitCode, type[Refused]] = {kind.exit_code: kind for kind in _REFUSALS}
    if code not in kinds:
        raise ValueError(f"exit code {code} is not a refusal")
    failed = [check for check in checks if check.failed]
    message = "; ".join(f"{check.name}: {check.found}" for check in failed)
    return kinds[code](message, failed[0].advice or "" if failed else "", checks)


_REFUSALS: tuple[type[Refused], ...] = (NotAuthentic, NotFresh, Mismatch, NotBelieved)
