"""The JSON that ``run`` and ``verify`` share: verdicts, what was not judged, doubts, capacity."""

from __future__ import annotations

from gauger_agent.capacity import capacity_json
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.evaluate.judge import Judgement


def judgement_json(judgement: Judgement | None) -> dict[str, JsonValue]:
    """Return ``verdicts``, ``notJudged``, ``doubts`` and ``capacity`` (empty where not judged)."""
    if judgement is None:
        return {"verdicts": [], "notJudged": [], "doubts": [], "capacity": None}
    return {
        "verdicts": to_json(judgement.verdicts),
        "notJudged": to_json(judgement.not_judged),
        "doubts": to_json(judgement.doubts),
        "capacity": capacity_json(judgement),
    }
