"""From verdicts to one of three answers: met, cannot tell, or nothing met."""

from __future__ import annotations

from datetime import date

from gauger_thresholds.evaluate.judge import Judgement
from gauger_thresholds.findings import Level, Outcome
from gauger_thresholds.packs.model import Pack
from gauger_thresholds.packs.select import NO_PACK_FOR_DATE

_WIDENING = (Level.CONTROL, Level.NOTICE, Level.REFERENCE)


def overdue(judgement: Judgement, days: float = 0) -> tuple[Pack, ...]:
    """Return the judged packs whose review is more than ``days`` late on the judged date."""
    day = date.fromisoformat(judgement.as_of)
    packs = (item.pack for item in judgement.packs)
    return tuple(pack for pack in packs if pack.days_overdue(day) > days)


def overall(
    judgement: Judgement, fail_on: Level = Level.CONTROL, max_pack_age: float | None = None
) -> Outcome:
    """Return the worst outcome among rules of level ``fail_on`` and graver.

    ``indeterminate`` also where no list at all could be judged on the date, where a list that
    was named could not, or where the review of a judged pack is more than ``max_pack_age`` days
    late; ``doesNotMeet`` when every such rule is settled and none is met.
    """
    levels = _WIDENING[: _WIDENING.index(fail_on) + 1]
    outcomes = {item.outcome for item in judgement.verdicts if item.level in levels}
    if Outcome.MEETS in outcomes:
        return Outcome.MEETS
    lists = [item for item in judgement.not_judged if item.reason == NO_PACK_FOR_DATE]
    nothing_judged = not judgement.packs or (judgement.named and bool(lists))
    stale = max_pack_age is not None and bool(overdue(judgement, max_pack_age))
    if Outcome.INDETERMINATE in outcomes or nothing_judged or stale:
        return Outcome.INDETERMINATE
    return Outcome.DOES_NOT_MEET
