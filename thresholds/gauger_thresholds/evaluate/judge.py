"""Judges evidence by packs: every rule on every subject that it is about.

A hole in the coverage is a subject of its own: where something that meets a rule could hide, that
rule is indeterminate for what was not seen, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gauger_probes.evidence.coverage import Coverage, Hidden
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.model import Catalogue
from gauger_thresholds.consistency.index import find_doubts
from gauger_thresholds.evaluate.explain import verdict_of
from gauger_thresholds.evaluate.kleene import Truth, any_of
from gauger_thresholds.evaluate.leaf import Result, evaluate
from gauger_thresholds.findings import Doubt, Metric, NotJudged, Verdict
from gauger_thresholds.metrics.facts import answer
from gauger_thresholds.metrics.index import METRICS, compute
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.rating import rate_machine
from gauger_thresholds.packs.condition import Refer, Reference
from gauger_thresholds.packs.model import LoadedPack, Pack, Rule, Subject
from gauger_thresholds.packs.select import select

MACHINE = "machine"
UNSEEN = "unseen"
#: What no pack can judge, printed under every verdict.
NEVER_JUDGED: tuple[NotJudged, ...] = (
    NotJudged("encryption (5A002/5A992)", "outside", "whether and how the machine encrypts"),
    NotJudged("end use", "outside", "what the machine will be used for"),
    NotJudged("end user", "outside", "who will use it"),
    NotJudged("destination", "outside", "where it goes"),
    NotJudged("sanctions", "outside", "measures against persons and countries"),
    NotJudged("other categories", "outside", "every list entry that these packs do not hold"),
    NotJudged(
        "visible-light cameras and 1-to-many matching",
        "no-number",
        "no list in these packs sets a number for this",
    ),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that judging one machine on one date yields."""

    as_of: str
    packs: tuple[LoadedPack, ...]
    metrics: tuple[Metric, ...]
    verdicts: tuple[Verdict, ...]
    not_judged: tuple[NotJudged, ...]
    doubts: tuple[Doubt, ...]
    named: bool


@dataclass(slots=True)
class _Bench:
    """One judging: results are kept, since rules refer to rules."""

    machine: Machine
    rules: Mapping[str, tuple[Pack, Rule]]
    metrics: dict[tuple[str, str], Metric] = field(default_factory=dict)
    results: dict[tuple[str, str], Result] = field(default_factory=dict)

    def metric(self, name: str, subject: str) -> Metric:
        key = (name, subject)
        if key not in self.metrics:
            self.metrics[key] = compute(name, self.machine, subject)
        return self.metrics[key]

    def result(self, rule: Rule, subject: str) -> Result:
        key = (rule.id, subject)
        if key not in self.results:
            self.results[key] = (
                _hidden(self.machine.evidence, rule.subject)
                if subject == UNSEEN
                else evaluate(
                    rule.tree(),
                    lambda name: self.metric(name, subject),
                    lambda leaf: self.refer(leaf, rule, subject),
                )
            )
        return self.results[key]

    def refer(self, leaf: Refer, rule: Rule, subject: str) -> Result:
        if leaf.kind is Reference.RULE:
            return self.result(self.rules[leaf.key][1], subject)
        if leaf.kind is Reference.CONTAINS:
            return self.contains(self.rules[leaf.key][1])
        asked = self.rules[rule.id][0].questions.get(leaf.key, leaf.key)
        if leaf.kind is Reference.QUESTION:
            return Result(Truth.UNKNOWN, questions=(str(asked),))
        fact = answer(leaf.key, rule.subject, self.machine, subject)
        if fact.truth is Truth.UNKNOWN:
            return Result(fact.truth, questions=(str(asked),))
        said = f"{leaf.key}: {fact.truth is Truth.TRUE} by {fact.source}".lower()
        return Result(fact.truth, notes=(said,))

    def contains(self, rule: Rule) -> Result:
        """The worst of the devices: 4A090 asks for any IC that 3A090 lists, never for a sum."""
        found = {name: self.result(rule, name) for name in _subjects(rule, self.machine)}
        truth = any_of(item.truth for item in found.values())
        worst = [(name, item) for name, item in found.items() if item.truth is truth]
        if not worst:
            return Result(truth)
        name, first = max(
            worst, key=lambda pair: pair[1].deciding.closeness if pair[1].deciding else -1.0
        )
        note = f"contains {name}, which {_WORDS[truth]} {rule.paragraph}"
        missing = tuple(dict.fromkeys(text for _, item in worst for text in item.missing))
        questions = tuple(dict.fromkeys(text for _, item in worst for text in item.questions))
        return Result(truth, first.deciding, missing, questions, (note, *first.notes))


_WORDS = {
    Truth.TRUE: "meets",
    Truth.UNKNOWN: "may meet",
    Truth.FALSE: "comes nearest to and does not meet",
}


def judge(
    evidence: Evidence,
    packs: Sequence[LoadedPack],
    catalogue: Catalogue,
    as_of: date,
    names: Sequence[str] = (),
) -> Judgement:
    """Judge ``evidence`` by the packs in force on ``as_of`` (``names``: ids or prefixes).

    Raises:
        UnknownPackError: a name fits no pack.
    """
    selection = select(packs, as_of, names)
    machine = rate_machine(evidence, catalogue)
    rules = {rule.id: (item.pack, rule) for item in packs for rule in item.pack.rules}
    bench = _Bench(machine, rules)
    verdicts = tuple(
        verdict_of(item.pack, rule, subject, bench.result(rule, subject), as_of)
        for item in selection.packs
        for rule in item.pack.rules
        for subject in _subjects(rule, machine)
    )
    return Judgement(
        as_of=as_of.isoformat(),
        packs=selection.packs,
        metrics=_all_metrics(bench),
        verdicts=verdicts,
        not_judged=selection.not_judged + NEVER_JUDGED,
        doubts=find_doubts(machine),
        named=selection.named,
    )


def _all_metrics(bench: _Bench) -> tuple[Metric, ...]:
    subjects = {
        "accelerator": list(bench.machine.ratings),
        "camera": list(bench.machine.cameras),
        "machine": [MACHINE],
    }
    return tuple(
        bench.metric(spec.name, subject) for spec in METRICS for subject in subjects[spec.subject]
    )


def _subjects(rule: Rule, machine: Machine) -> list[str]:
    if rule.subject is Subject.MACHINE:
        return [MACHINE]
    seen = machine.cameras if rule.subject is Subject.CAMERA else machine.ratings
    hidden = [UNSEEN] if _holes(machine.evidence, rule.subject) else []
    return [*seen, *hidden]


_HIDDEN = {Subject.ACCELERATOR: Hidden.ACCELERATOR, Subject.CAMERA: Hidden.CAMERA}


def _holes(evidence: Evidence, subject: Subject) -> list[Coverage]:
    """Lines of coverage behind which a subject of that kind could hide.

    A probe whose part has a hole is named by the part alone.
    """
    lines = [line for line in evidence.coverage if _HIDDEN[subject] in line.could_hide]
    parts = {line.probe.partition(".")[0] for line in lines if "." in line.probe}
    return [line for line in lines if line.probe not in parts]


def _hidden(evidence: Evidence, subject: Subject) -> Result:
    missing = tuple(
        f"{line.probe} {line.status.value}: {line.reason or 'no reason recorded'}"
        for line in _holes(evidence, subject)
    )
    return Result(Truth.UNKNOWN, missing=missing)
