"""What a pack holds: one list's rules from one date, with citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.findings import Control, Level
from gauger_thresholds.packs.condition import Condition, parse


class Status(StrEnum):
    """What a pack is. Only ``law`` and ``reference`` are ever judged."""

    LAW = "law"
    PROPOSED = "proposed"
    REFERENCE = "reference"
    UNVERIFIED = "unverified"


class EvidenceGrade(StrEnum):
    """How well a rule's numbers are verified."""

    TEXT = "text"
    SECONDARY = "secondary"
    DERIVED = "derived"
    UNVERIFIED = "unverified"


class Subject(StrEnum):
    """What a rule is about."""

    ACCELERATOR = "accelerator"
    CAMERA = "camera"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Rule:
    """One paragraph of a list: what it asks, of what, and what follows.

    ``condition`` is the tree of :mod:`gauger_thresholds.packs.condition`; ``citation`` and the
    controls' citations are keys of the pack's ``citations``. ``assumptions`` are what a rule of a
    reference pack takes for granted, and are printed with its verdicts.
    """

    id: str
    paragraph: str
    title: str
    subject: Subject
    level: Level
    evidence: EvidenceGrade
    citation: str
    condition: Mapping[str, JsonValue]
    controls: tuple[Control, ...] = ()
    note: str | None = None
    assumptions: tuple[str, ...] = ()

    def tree(self) -> Condition:
        """Return the parsed condition.

        Raises:
            ConditionError: it is not in the language.
        """
        return parse(dict(self.condition))


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one list from one date on.

    Dates are ISO 8601; ``effective_until`` is the first day on which the pack no longer holds.
    ``text_in_force`` (it stands in the code) and ``enforced`` (the agency applies it) are
    separate facts. Before ``history_complete_from`` the list is not judged at all. ``list`` is
    shared by the packs of one list through time.
    """

    id: str
    version: int
    jurisdiction: str
    list: str
    title: str
    status: Status
    effective_from: str
    text_in_force: bool
    enforced: bool
    history_complete_from: str
    review_by: str
    citations: Mapping[str, JsonValue]
    rules: tuple[Rule, ...] = ()
    effective_until: str | None = None
    enforced_until: str | None = None
    questions: Mapping[str, JsonValue] = field(default_factory=dict)
    not_covered: tuple[str, ...] = ()
    note: str | None = None

    def in_force(self, day: date) -> bool:
        """Return whether the pack's text holds on ``day``."""
        text = day.isoformat()
        starts = max(self.effective_from, self.history_complete_from)
        return starts <= text and (self.effective_until is None or text < self.effective_until)

    def enforced_on(self, day: date) -> bool:
        """Return whether the agency applies the pack on ``day``."""
        return self.enforced and (
            self.enforced_until is None or day.isoformat() < self.enforced_until
        )

    def days_overdue(self, day: date) -> int:
        """Return for how many days on ``day`` its law should have been reviewed; 0 if not yet."""
        return max(0, (day - date.fromisoformat(self.review_by)).days)


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack, the SHA-256 (hex) of the bytes it was read from, and those bytes (TOML)."""

    pack: Pack
    sha256: str
    raw: bytes = field(repr=False)
