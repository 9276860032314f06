"""A comparison as JSON, and as lines for people: what it means first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gauger_agent.compare.changes import Became, Changed, Comparison, Severity
from gauger_agent.compare.consequences import Consequence
from gauger_agent.compare.drift import Drift
from gauger_agent.compare.parts import Part
from gauger_agent.manifest.times import format_utc
from gauger_agent.report.figures import span
from gauger_agent.verify.core import Verified
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import JsonValue

_MACHINE = {
    "same": "the same machine",
    "sameBoard": "the same board, with other parts",
    "different": "another machine",
    "unknown": "whether it is the same machine cannot be told: no number of the board's is known"
    " of both",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with what follows from it."""

    comparison: Comparison
    consequences: tuple[Consequence, ...]
    drift: tuple[Drift, ...]


def comparison_json(compared: Compared) -> dict[str, JsonValue]:
    """Return ``machine``, ``components``, ``consequences`` and ``drift``."""
    return {
        "machine": compared.comparison.machine.value,
        "components": [_component(part) for part in compared.comparison.parts],
        "consequences": to_json(compared.consequences),
        "drift": to_json(compared.drift),
    }


def manifest_json(file: str, verified: Verified) -> dict[str, JsonValue]:
    """Return whose manifest one side is, and how far it is believed."""
    return {
        "file": file,
        "mode": verified.predicate.mode.value,
        "collectedAt": format_utc(verified.collected_at),
        "payloadSha256": verified.payload_sha256,
        "signers": to_json(verified.signers),
        "assurance": verified.assurance.value,
        "checks": to_json(verified.checks),
    }


def lines(compared: Compared) -> Iterator[str]:
    """Yield what is said to people: consequences, the machine, what changed, what drifted."""
    yield from (item.text for item in compared.consequences)
    yield _MACHINE[compared.comparison.machine.value]
    shown = [part for part in compared.comparison.parts if part.change is not Became.SAME]
    yield from (said(part) for part in shown)
    same = len(compared.comparison.parts) - len(shown)
    yield f"{same} part{'' if same == 1 else 's'} unchanged"
    for item in compared.drift:
        if not item.overlap:
            yield _drifted(item)


def said(part: Changed) -> str:
    """Return one line on a part that changed."""
    one, other = part.before, part.after
    marked = " (counts)" if part.severity is Severity.MATERIAL else ""
    if one is None or other is None:
        alone = one or other
        text = "" if alone is None else _named(alone)
        return f"{part.kind} {part.change}{marked}: {text}"
    if part.change is Became.MOVED:
        return f"{part.kind} moved{marked}: {one.name}, {_where(one)} → {_where(other)}"
    if part.change is Became.UPDATED:
        changed = ", ".join(_changed(one, other))
        return f"{part.kind} updated{marked}: {_named(one)}: {changed}"
    return f"{part.kind} {part.change}{marked}: {_named(one)} → {_named(other)}"


def _changed(one: Part, other: Part) -> Iterator[str]:
    for before, after in ((one.model, other.model), (one.figures, other.figures)):
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield f"{name} {before.get(name, '–')} → {after.get(name, '–')}"


def _named(part: Part) -> str:
    own = ", ".join(f"{name} {value}" for name, value in sorted(part.own.items()))
    place = _where(part)
    return " ".join(word for word in (part.name, f"at {place}" if place else "", own) if word)


def _where(part: Part) -> str:
    names = ("address", "locator", "package")
    return next((part.place[name] for name in names if name in part.place), "")


def _drifted(item: Drift) -> str:
    before = span(item.before.median, item.before.low, item.before.high, item.unit)
    after = span(item.after.median, item.after.low, item.after.high, item.unit)
    ratio = "" if item.ratio is None else f", ×{item.ratio:.3g}"
    of = " ".join(word for word in (item.device, item.quantity, item.precision) if word)
    return f"measured {of}: {before} → {after}{ratio}"


def _component(part: Changed) -> JsonValue:
    return {
        "change": part.change.value,
        "kind": part.kind.value,
        "before": _part(part.before),
        "after": _part(part.after),
        "severity": part.severity.value,
    }


def _part(part: Part | None) -> JsonValue:
    if part is None:
        return None
    facts: Sequence[tuple[str, Mapping[str, str]]] = (
        ("identifiers", part.own),
        ("place", part.place),
        ("model", part.model),
        ("figures", part.figures),
    )
    return {"name": part.name, "id": part.subject, **{name: dict(each) for name, each in facts}}
