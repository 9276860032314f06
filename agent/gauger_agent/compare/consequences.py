"""What the changes mean: which part meets a rule by itself, and which rule the machine now meets.

Only rules of level ``control`` count here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gauger_agent.compare.changes import Became, Changed
from gauger_agent.compare.parts import Part
from gauger_agent.fingerprint import Kind
from gauger_probes.evidence.common import OMIT_NONE
from gauger_thresholds.evaluate.judge import MACHINE, Judgement
from gauger_thresholds.findings import Level, Outcome, Verdict

_WORDS = {
    Outcome.MEETS: "meets",
    Outcome.INDETERMINATE: "cannot be told",
    Outcome.DOES_NOT_MEET: "does not meet",
    Outcome.NOT_JUDGED: "is not judged",
}


@dataclass(frozen=True, slots=True)
class Consequence:
    """One line: a part that came or went (``added``, ``removed``), or a ``verdict`` that changed.

    ``rules`` are ids of rules, ``before`` and ``after`` outcomes of a verdict.
    """

    change: str
    text: str
    rules: tuple[str, ...]
    kind: Kind | None = field(default=None, metadata=OMIT_NONE)
    name: str | None = field(default=None, metadata=OMIT_NONE)
    before: Outcome | None = field(default=None, metadata=OMIT_NONE)
    after: Outcome | None = field(default=None, metadata=OMIT_NONE)


def consequences(
    parts: Iterable[Changed], before: Judgement, after: Judgement
) -> tuple[Consequence, ...]:
    """Return what follows from ``parts``, with the law of the judgements."""
    found = [item for part in parts for item in _of_part(part, before, after)]
    return (*found, *_of_machine(before, after))


def _of_part(part: Changed, before: Judgement, after: Judgement) -> Iterator[Consequence]:
    if part.change not in (Became.ADDED, Became.REMOVED, Became.REPLACED):
        return
    if part.before is not None:
        yield from _one(part.before, Became.REMOVED, "-1", before)
    if part.after is not None:
        yield from _one(part.after, Became.ADDED, "+1", after)


def _one(part: Part, change: Became, sign: str, judgement: Judgement) -> Iterator[Consequence]:
    met = [item for item in _control(judgement) if item.subject == part.subject]
    met = [item for item in met if item.outcome is Outcome.MEETS]
    if met:
        named = ", ".join(dict.fromkeys(f"{item.paragraph} ({item.pack})" for item in met))
        text = f"{sign} {part.name}: by itself meets {named}"
        rules = tuple(dict.fromkeys(item.rule for item in met))
        yield Consequence(change.value, text, rules, part.kind, part.name)


def _of_machine(before: Judgement, after: Judgement) -> Iterator[Consequence]:
    earlier = {item.rule: item for item in _control(before) if item.subject == MACHINE}
    for item in _control(after):
        known = earlier.get(item.rule)
        if item.subject != MACHINE or known is None or known.outcome is item.outcome:
            continue
        text = (
            f"the machine, {item.paragraph} ({item.pack}): {_WORDS[known.outcome]} →"
            f" {_WORDS[item.outcome]}"
        )
        yield Consequence("verdict", text, (item.rule,), before=known.outcome, after=item.outcome)


def _control(judgement: Judgement) -> Iterator[Verdict]:
    return (item for item in judgement.verdicts if item.level is Level.CONTROL)
