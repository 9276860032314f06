"""The report on a terminal: the machine, what it holds, each verdict with its bar, what is open.

Everything shown comes from records whose text may be hostile, so each string is cleaned here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gauger_agent.capacity import capacity_lines
from gauger_agent.report import inventory
from gauger_agent.report.bar import bar
from gauger_agent.report.figures import ratio, threshold
from gauger_probes.evidence.document import Evidence
from gauger_probes.text import clean
from gauger_thresholds.evaluate.judge import MACHINE, Judgement
from gauger_thresholds.findings import Level, Outcome, Verdict
from gauger_thresholds.metrics.index import spec_of
from gauger_thresholds.packs.model import LoadedPack
from gauger_thresholds.policy import overdue

_STYLES = {
    Outcome.MEETS: "bold red",
    Outcome.INDETERMINATE: "bold yellow",
    Outcome.DOES_NOT_MEET: "green",
    Outcome.NOT_JUDGED: "dim",
}
WORDS = {
    Outcome.MEETS: "meets",
    Outcome.INDETERMINATE: "indeterminate",
    Outcome.DOES_NOT_MEET: "does not meet",
    Outcome.NOT_JUDGED: "not judged",
}


#: Below this many columns the bars and the subjects are left out, never the numbers.
_WIDE = 110
_LEFT_OUT = frozenset({2, 4})


def report(
    evidence: Evidence, judgement: Judgement, title: str, footer: Iterable[str], width: int
) -> Group:
    """Return the whole report for ``width`` columns.

    ``footer`` lines say where the manifest is and who signed it.
    """
    parts: list[RenderableType] = [safe(title), Text("")]
    parts += [inventory.table(evidence), Text(""), _verdicts(judgement, width), Text("")]
    parts += [_summary(judgement, evidence, footer)]
    return Group(*parts)


def _verdicts(judgement: Judgement, width: int) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    rows = [_row(verdict, judgement) for verdict in worst_of(judgement.verdicts)]
    kept = [at for at in range(7) if width >= _WIDE or at not in _LEFT_OUT]
    for at in kept:
        table.add_column(no_wrap=at < 6)
    for row in rows:
        table.add_row(*(row[at] for at in kept))
    return table


def worst_of(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return one verdict for each rule: that of the subject that comes off worst."""
    order = list(Outcome)
    worst: dict[str, Verdict] = {}
    for verdict in verdicts:
        held = worst.get(verdict.rule)
        if held is None or _badness(verdict, order) > _badness(held, order):
            worst[verdict.rule] = verdict
    return list(worst.values())


def _badness(verdict: Verdict, order: list[Outcome]) -> tuple[int, float]:
    return -order.index(verdict.outcome), verdict.margin or 0.0


def _row(verdict: Verdict, judgement: Judgement) -> list[Text]:
    pack = _pack(judgement.packs, verdict.pack)
    unit = spec_of(verdict.metric).unit if verdict.metric else ""
    limit = "" if verdict.threshold is None else threshold(verdict.threshold, unit)
    value = "" if verdict.value is None else threshold(verdict.value, unit)
    shown = bar(verdict.margin, limit) if limit else ""
    return [
        Text(f"{pack.pack.jurisdiction} {verdict.paragraph}", style="bold"),
        Text(f"{pack.pack.effective_from} on"),
        safe("" if verdict.subject == MACHINE else verdict.subject),
        Text(f"{_label(verdict)} {value}" if value else ""),
        Text(shown, style="dim"),
        Text(ratio(verdict.margin)),
        Text(f"{WORDS[verdict.outcome]}{_aside(verdict, judgement)}", style=_style(verdict)),
    ]


def _label(verdict: Verdict) -> str:
    return spec_of(verdict.metric).label if verdict.metric else ""


def _aside(verdict: Verdict, judgement: Judgement) -> str:
    level = [] if verdict.level is Level.CONTROL else [verdict.level.value]
    idle = [] if _enforced(verdict, judgement) else ["not enforced"]
    return f" ({', '.join(level + idle)})" if level + idle else ""


def _enforced(verdict: Verdict, judgement: Judgement) -> bool:
    pack = _pack(judgement.packs, verdict.pack).pack
    return pack.enforced_on(date.fromisoformat(judgement.as_of))


def _style(verdict: Verdict) -> str:
    return _STYLES[verdict.outcome] if verdict.level is Level.CONTROL else "dim"


def _pack(packs: Sequence[LoadedPack], name: str) -> LoadedPack:
    return next(item for item in packs if item.pack.id == name)


def _summary(judgement: Judgement, evidence: Evidence, footer: Iterable[str]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    rows = [("Verdict", headline(judgement))]
    rows += [("Law", text) for text in review(judgement)]
    rows += [("Capacity", text) for text in capacity_lines(judgement)]
    rows += [("Unknown", text) for text in unknown(judgement, evidence)]
    rows += [("Doubt", f"{item.explanation}; {item.advice}") for item in judgement.doubts]
    rows += [("Not judged", text) for text in not_judged(judgement)]
    rows += [("Manifest", text) for text in footer]
    previous = ""
    for label, text in rows:
        table.add_row("" if label == previous else label, safe(text))
        previous = label
    return table


def headline(judgement: Judgement) -> str:
    """Return the verdict in one line, naming list, paragraph and date."""
    control = [item for item in worst_of(judgement.verdicts) if item.level is Level.CONTROL]
    met = _named(control, Outcome.MEETS, judgement)
    open_ = _named(control, Outcome.INDETERMINATE, judgement)
    parts = [f"meets {met}"] if met else []
    parts += [f"cannot tell for {open_}"] if open_ else []
    if not control:
        return f"no list of level control could be judged on {judgement.as_of}"
    if not parts:
        notices = [item for item in judgement.verdicts if item.level is Level.NOTICE]
        only = _named(worst_of(notices), Outcome.MEETS, judgement)
        tail = f"; meets only the notices {only}" if only else ""
        return f"meets no rule of level control on {judgement.as_of}{tail}"
    return f"{'; '.join(parts)} on {judgement.as_of}"


def _named(verdicts: Sequence[Verdict], outcome: Outcome, judgement: Judgement) -> str:
    """Paragraphs with that outcome, each with every pack that it comes from."""
    packs: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.outcome is not outcome:
            continue
        pack = _pack(judgement.packs, verdict.pack).pack
        candidate = verdict.subject == MACHINE and "090" in verdict.paragraph
        name = f"{'candidate ' if candidate else ''}{pack.jurisdiction} {verdict.paragraph}"
        idle = "" if _enforced(verdict, judgement) else " not enforced"
        packs.setdefault(name, []).append(f"{pack.id}{idle}")
    return ", ".join(f"{name} ({', '.join(ids)})" for name, ids in packs.items())


def review(judgement: Judgement) -> list[str]:
    """Return the packs whose law should have been reviewed by the judged date."""
    late: dict[str, list[str]] = {}
    for pack in overdue(judgement):
        late.setdefault(pack.review_by, []).append(pack.id)
    return [
        f"was to be reviewed by {day}, overdue; get newer packs: {', '.join(names)}"
        for day, names in late.items()
    ]


def unknown(judgement: Judgement, evidence: Evidence) -> list[str]:
    """Return what is missing, what it could change, and what to do about it."""
    control = [item for item in judgement.verdicts if item.level is Level.CONTROL]
    open_ = [item for item in control if item.outcome is Outcome.INDETERMINATE]
    wanted = [text for item in open_ for text in (*item.missing, *item.questions)]
    lines = list(dict.fromkeys(wanted)) or ["nothing that could change the verdict"]
    return lines + [text for text in inventory.gaps(evidence) if text not in lines]


def not_judged(judgement: Judgement) -> list[str]:
    """Return the lists that were not judged, and what no tool judges."""
    lists = [item for item in judgement.not_judged if item.reason not in ("outside", "no-number")]
    outside = [item.list for item in judgement.not_judged if item.reason == "outside"]
    numbers = [item for item in judgement.not_judged if item.reason == "no-number"]
    lines = [f"{item.list}: {item.detail} ({item.reason})" for item in lists]
    lines += [f"{item.list}: {item.detail}" for item in numbers]
    return [*lines, ", ".join(outside)]


def safe(text: str) -> Text:
    """Return text without control characters and without markup."""
    return Text(clean(text, 2000) or "")
