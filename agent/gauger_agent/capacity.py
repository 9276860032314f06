"""What the measured machine could do 1-to-many: an estimate of capacity, in figures and words."""

from __future__ import annotations

from collections.abc import Iterator

from gauger_agent.report.figures import plain, si
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue
from gauger_thresholds.evaluate.judge import MACHINE, Judgement
from gauger_thresholds.findings import Metric, Outcome, Verdict

_NAMES = ("templateRate", "comparisonRate", "answerTime", "camerasServed")
_RULE = "1n-profile-capacity:one-to-many"
_CLASSES = {Outcome.MEETS: "1:N", Outcome.DOES_NOT_MEET: "1:1"}


def capacity_json(judgement: Judgement) -> dict[str, JsonValue]:
    """Return the figures, the class by the reference profile, and what both assume."""
    verdict = _verdict(judgement)
    return {
        "metrics": to_json(tuple(_metrics(judgement))),
        "class": _CLASSES.get(verdict.outcome) if verdict else None,
        "assumptions": list(verdict.assumptions or ()) if verdict else [],
    }


def capacity_lines(judgement: Judgement) -> list[str]:
    """Return the same for people; nothing where nothing was measured."""
    found = {item.metric: item for item in _metrics(judgement)}
    parts = [text for name in _NAMES if (text := _said(found.get(name)))]
    if not parts:
        return []
    lines = [" · ".join(parts)]
    served = found.get("camerasServed")
    lines += [served.detail] if served and served.value is not None else []
    verdict = _verdict(judgement)
    named = _CLASSES.get(verdict.outcome) if verdict else None
    if verdict and named:
        lines.append(
            f"{named} class by the reference profile: {'; '.join(verdict.assumptions or ())}"
        )
    return lines


def _metrics(judgement: Judgement) -> Iterator[Metric]:
    for item in judgement.metrics:
        if item.subject == MACHINE and item.metric in _NAMES and item.value is not None:
            yield item


def _verdict(judgement: Judgement) -> Verdict | None:
    return next((item for item in judgement.verdicts if item.rule == _RULE), None)


def _said(item: Metric | None) -> str | None:
    if item is None or item.value is None:
        return None
    value = item.value
    return {
        "templateRate": f"{plain(value)} faces/s into templates",
        "comparisonRate": f"{si(value, 'comparisons/s')}",
        "answerTime": f"one face in 10⁶: {plain(value)} s, in 10⁷: {plain(10 * value)} s",
        "camerasServed": f"serves {plain(value)} cameras",
    }[item.metric]
