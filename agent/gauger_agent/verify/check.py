"""One check of a manifest and how it ended; what ``verify --json`` prints under ``checks``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """``notDone`` is neither good nor bad: not asked for, or not reached."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "notDone"


@dataclass(frozen=True, slots=True)
class Check:
    """A rule by name, how it ended, what it asks for, what was found, and what to do."""

    name: str
    status: CheckStatus
    expected: str | None = None
    found: str | None = None
    advice: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the rule is broken."""
        return self.status is CheckStatus.FAILED
