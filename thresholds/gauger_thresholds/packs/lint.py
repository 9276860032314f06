"""Checks packs beyond their shape: what refers to something must find it, and law needs sources.

Every problem is reported at once, each naming pack, rule and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from gauger_thresholds.findings import Level
from gauger_thresholds.metrics.facts import fact_names
from gauger_thresholds.metrics.index import metric_names, spec_of
from gauger_thresholds.packs.condition import Compare, Reference, leaves
from gauger_thresholds.packs.model import EvidenceGrade, Pack, Rule, Status, Subject

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def problems(packs: Sequence[Pack]) -> list[str]:
    """Return what is wrong with ``packs`` taken together; empty when nothing is."""
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    found = list(_duplicates(packs))
    for pack in packs:
        found += [f"{pack.id}: {text}" for text in _pack(pack)]
        for rule in pack.rules:
            found += [f"{rule.id}: {text}" for text in _rule(pack, rule, rules)]
    return found


def _duplicates(packs: Sequence[Pack]) -> Iterator[str]:
    ids = [pack.id for pack in packs] + [rule.id for pack in packs for rule in pack.rules]
    for name in sorted({item for item in ids if ids.count(item) > 1}):
        yield f"{name}: the id is used more than once; ids are for ever and unique"


def _pack(pack: Pack) -> Iterator[str]:
    yield from _naming(pack)
    named = {
        "effective_from": pack.effective_from,
        "effective_until": pack.effective_until,
        "enforced_until": pack.enforced_until,
        "history_complete_from": pack.history_complete_from,
        "review_by": pack.review_by,
    }
    for key, value in named.items():
        if value is not None and not _is_date(value):
            yield f"{key} is not a date: write it as 2023-11-17"
    if pack.effective_until is not None and pack.effective_until <= pack.effective_from:
        yield "effective_until does not lie after effective_from"
    if not pack.citations:
        yield "it cites nothing: add a [citations] table"
    if pack.status is Status.LAW and not pack.rules:
        yield "a pack of status law has no rules"
    if pack.status is Status.UNVERIFIED and not pack.note:
        yield "an unverified pack must say in its note why it is never judged"


def _naming(pack: Pack) -> Iterator[str]:
    if not _ID.fullmatch(pack.id):
        yield "its id must be at most 64 lower-case letters, digits and hyphens"
    if pack.version < 1:
        yield "its version must be at least 1"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _rule(pack: Pack, rule: Rule, rules: dict[str, Rule]) -> Iterator[str]:
    if not rule.id.startswith(f"{pack.id}:"):
        yield f"its id must start with {pack.id}:"
    yield from _standing(pack, rule)
    for key in (rule.citation, *(control.citation for control in rule.controls)):
        if key not in pack.citations:
            yield f"citation {key!r} is not in the pack's [citations]"
    for leaf in leaves(rule.tree()):
        if isinstance(leaf, Compare):
            yield from _compared(rule, leaf)
        else:
            yield from _referred(pack, rule, leaf.kind, leaf.key, rules)


def _standing(pack: Pack, rule: Rule) -> Iterator[str]:
    """What a rule may hold depends on whether its pack is law."""
    if pack.status is Status.LAW and rule.evidence is EvidenceGrade.UNVERIFIED:
        yield "a pack of status law may hold no unverified number"
    if pack.status is Status.REFERENCE and rule.level is not Level.REFERENCE:
        yield "a reference pack may hold only rules of level reference"
    if (pack.status is Status.REFERENCE) != bool(rule.assumptions):
        yield "a rule of a reference pack states its assumptions, and no other rule has any"


def _compared(rule: Rule, leaf: Compare) -> Iterator[str]:
    if leaf.metric not in metric_names():
        known = ", ".join(sorted(metric_names()))
        yield f"unknown metric {leaf.metric!r}; known are {known}"
    elif spec_of(leaf.metric).subject != rule.subject.value:
        yield f"metric {leaf.metric!r} is not one of a {rule.subject.value}"


def _referred(
    pack: Pack, rule: Rule, kind: Reference, key: str, rules: dict[str, Rule]
) -> Iterator[str]:
    if kind in (Reference.FACT, Reference.QUESTION):
        if key not in pack.questions:
            yield f"{kind.value} {key!r} has no text in the pack's [questions]"
        known = fact_names(rule.subject)
        if kind is Reference.FACT and key not in known:
            yield f"unknown fact {key!r}; known are {', '.join(sorted(known))}"
        return
    if key not in rules:
        yield f"it refers to rule {key!r}, which no pack holds"
    elif kind is Reference.CONTAINS and rules[key].subject is not Subject.ACCELERATOR:
        yield f"contains needs a rule on accelerators, and {key!r} is not"
    elif kind is Reference.RULE and rules[key].subject is not rule.subject:
        yield f"rule {key!r} is about another kind of subject"
