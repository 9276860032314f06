"""What judging yields: verdicts (pack × subject) and doubts, in one explaining shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gauger_probes.evidence.common import OMIT_NONE


class Outcome(StrEnum):
    """Strongest first: the worst subject of a rule wins."""

    MEETS = "meets"
    INDETERMINATE = "indeterminate"
    DOES_NOT_MEET = "doesNotMeet"
    NOT_JUDGED = "notJudged"


class Level(StrEnum):
    """What a rule is for, and so whether it changes an exit code."""

    CONTROL = "control"
    NOTICE = "notice"
    REFERENCE = "reference"


class Basis(StrEnum):
    """What a metric rests on."""

    RATED = "rated"
    MEASURED = "measured"
    CATALOGUE = "catalogue"
    BOUND = "bound"
    DISPLAY_ONLY = "displayOnly"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that rules ask about, of one subject, as an interval in ``unit``.

    ``high`` is ``None`` where nothing bounds it; ``basis`` is ``None`` where nothing is known.
    ``missing`` says what would narrow it and how to get it.
    """

    metric: str
    subject: str
    unit: str
    value: float | None
    low: float
    high: float | None
    basis: Basis | None
    detail: str
    sources: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """What a licence can be needed for: a reason for control and where it applies."""

    reason: str
    destinations: str
    citation: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule of one pack on one subject, with the leaf that decided.

    ``margin`` is the value's ratio to the threshold: 0.995 lies half a percent below it.
    """

    pack: str
    as_of: str
    rule: str
    paragraph: str
    level: Level
    subject: str
    outcome: Outcome
    metric: str | None = None
    value: float | None = None
    threshold: float | None = None
    margin: float | None = None
    basis: Basis | None = None
    explanation: str = ""
    missing: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    assumptions: tuple[str, ...] | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A list, or a matter that no tool can judge, and why."""

    list: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A contradiction in the evidence: who says what, and what to do about it."""

    doubt: str
    subject: str
    explanation: str
    sources: tuple[str, ...]
    advice: str
