"""Turns a result into a verdict that explains itself: deciding leaf, margin, what is missing."""

from __future__ import annotations

from datetime import date

from gauger_thresholds.evaluate.kleene import Truth
from gauger_thresholds.evaluate.leaf import Deciding, Result
from gauger_thresholds.findings import Control, Outcome, Verdict
from gauger_thresholds.packs.condition import Comparison
from gauger_thresholds.packs.model import Pack, Rule

_OUTCOMES = {
    Truth.TRUE: Outcome.MEETS,
    Truth.UNKNOWN: Outcome.INDETERMINATE,
    Truth.FALSE: Outcome.DOES_NOT_MEET,
}
_SIGNS = {
    Comparison.AT_LEAST: ("≥", "<"),
    Comparison.ABOVE: (">", "≤"),
    Comparison.BELOW: ("<", "≥"),
    Comparison.AT_MOST: ("≤", ">"),
}


def verdict_of(pack: Pack, rule: Rule, subject: str, result: Result, as_of: date) -> Verdict:
    """Return the verdict of one rule on one subject."""
    decided = result.deciding
    met = result.truth is not Truth.FALSE
    return Verdict(
        pack=pack.id,
        as_of=as_of.isoformat(),
        rule=rule.id,
        paragraph=rule.paragraph,
        level=rule.level,
        subject=subject,
        outcome=_OUTCOMES[result.truth],
        metric=decided.metric.metric if decided else None,
        value=_value(decided),
        threshold=decided.threshold if decided else None,
        margin=decided.margin if decided else None,
        basis=decided.metric.basis if decided else None,
        explanation=_explain(pack, rule, result, as_of),
        missing=result.missing,
        questions=result.questions,
        controls=tuple(_control(pack, item) for item in rule.controls) if met else (),
        assumptions=rule.assumptions or None,
    )


def _value(decided: Deciding | None) -> float | None:
    if decided is None or decided.margin is None:
        return None
    return decided.margin * decided.threshold


def _control(pack: Pack, control: Control) -> Control:
    citation = pack.citations.get(control.citation, control.citation)
    return Control(control.reason, control.destinations, str(citation))


def _explain(pack: Pack, rule: Rule, result: Result, as_of: date) -> str:
    parts = [_leaf_text(result)] if result.deciding else []
    parts += [note for note in result.notes if note]
    if result.truth is not Truth.FALSE:
        parts += [rule.note] if rule.note else []
        if not pack.enforced_on(as_of):
            parts.append(f"text in force, not enforced since {pack.enforced_until}")
    if pack.days_overdue(as_of):
        parts.append(f"the law was to be reviewed by {pack.review_by}, overdue")
    return "; ".join(parts)


def _leaf_text(result: Result) -> str:
    decided = result.deciding
    assert decided is not None  # noqa: S101 - the caller has looked
    metric = decided.metric
    yes, no = _SIGNS[decided.comparison]
    value = _value(decided)
    shown = "unknown" if value is None else f"{value:,.6g}"
    sign = {Truth.TRUE: yes, Truth.FALSE: no, Truth.UNKNOWN: "against"}[result.truth]
    return f"{metric.metric} {shown} {sign} {decided.threshold:,.6g} ({metric.detail})"
