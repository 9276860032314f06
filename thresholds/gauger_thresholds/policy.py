"""From verdicts to one of three answers: met, cannot tell, or nothing met."""

from __future__ import annotations

from gauger_thresholds.evaluate.judge import Judgement
from gauger_thresholds.findings import Level, Outcome
from gauger_thresholds.packs.select import NO_PACK_FOR_DATE

_WIDENING = (Level.CONTROL, Level.NOTICE, Level.REFERENCE)


def overall(judgement: Judgement, fail_on: Level = Level.CONTROL) -> Outcome:
    """Return the worst outcome among rules of level ``fail_on`` and graver.

    ``indeterminate`` also where no list at all could be judged on the date, or where a list that
    was named could not; ``doesNotMeet`` when every such rule is settled and none is met.
    """
    levels = _WIDENING[: _WIDENING.index(fail_on) + 1]
    outcomes = {item.outcome for item in judgement.verdicts if item.level in levels}
    if Outcome.MEETS in outcomes:
        return Outcome.MEETS
    lists = [item for item in judgement.not_judged if item.reason == NO_PACK_FOR_DATE]
    nothing_judged = not judgement.packs or (judgement.named and bool(lists))
    if Outcome.INDETERMINATE in outcomes or nothing_judged:
        return Outcome.INDETERMINATE
    return Outcome.DOES_NOT_MEET
