"""The JSON that ``run`` and ``verify`` share: verdicts, what was not judged, doubts, signers."""

from __future__ import annotations

from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.evaluate.judge import Judgement


def judgement_json(judgement: Judgement | None) -> dict[str, JsonValue]:
    """Return ``verdicts``, ``notJudged`` and ``doubts`` (empty lists where nothing was judged)."""
    if judgement is None:
        return {"verdicts": [], "notJudged": [], "doubts": []}
    return {
        "verdicts": to_json(judgement.verdicts),
        "notJudged": to_json(judgement.not_judged),
        "doubts": to_json(judgement.doubts),
    }
