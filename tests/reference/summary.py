"""What a captured machine comes out as: identities, ratings, classes and findings, in few words.

The same records serve the expected answers beside each capture and the tables in the docs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from gauger_agent.collect import Wanted, collect
from gauger_agent.judging import Law, exit_code
from gauger_agent.report.inventory import gaps
from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.evaluate.judge import UNSEEN, Judgement
from gauger_thresholds.findings import Level, Outcome, Verdict
from gauger_thresholds.packs.load import built_in

MACHINES = Path(__file__).parents[1] / "fixtures" / "machines"
#: The date by whose law every captured machine is judged here.
DAY = date(2026, 11, 24)
#: Half of the lowest threshold of TPP.
_WORTH_A_LINE = 800
#: The rules on single devices that are shown, by the heading of their column.
RULES = {
    "US 3A090.a": "us-2023-11:3A090.a",
    "US 3A090.b": "us-2023-11:3A090.b",
    "EU 3A501.a.16": "eu-2025-11:3A501.a.16",
}
Summary = dict[str, Any]


def names() -> list[str]:
    """Return the captured machines that hold accelerators worth a summary."""
    return sorted(path.parent.name for path in MACHINES.glob("*/tree") if path.is_dir())


def evidence_of(tree: Path) -> Evidence:
    """Return the evidence of the captured machine at ``tree``, rated."""
    return collect(Wanted(sysroot=tree, names={"host", "accelerators", "cameras"}), lambda _: None)


def summary(tree: Path) -> Summary:
    """Return what the machine at ``tree`` comes out as on :data:`DAY`."""
    evidence = evidence_of(tree)
    judgement = Law(built_in(), DAY, ("us", "eu")).judge(evidence)
    accelerators = [
        _accelerator(item, judgement)
        for item in evidence.accelerators
        if item.bus is not Bus.CPU or _matters(item.id, judgement)
    ]
    unseen = [item for item in judgement.verdicts if item.subject == UNSEEN]
    return {
        "exitCode": int(exit_code(judgement, Level.CONTROL)),
        "accelerators": accelerators,
        "doubts": [
            {"doubt": item.doubt, "subject": item.subject, "explanation": item.explanation}
            for item in judgement.doubts
        ],
        "gaps": gaps(evidence),
        "unseen": sorted({text for item in unseen for text in item.missing}),
    }


def _matters(subject: str, judgement: Judgement) -> bool:
    """A processor is worth a line where it comes near a threshold."""
    return any(
        item.metric == "tpp" and item.subject == subject and (item.high or 0) > _WORTH_A_LINE
        for item in judgement.metrics
    )


def _shown(subject: str, verdicts: Iterable[Verdict]) -> list[Verdict]:
    rules = set(RULES.values())
    return [item for item in verdicts if item.subject == subject and item.rule in rules]


def _accelerator(item: Accelerator, judgement: Judgement) -> Summary:
    metrics = {entry.metric: entry for entry in judgement.metrics if entry.subject == item.id}
    tpp = metrics.get("tpp")
    verdicts = _shown(item.id, judgement.verdicts)
    return {
        "id": item.id,
        "driver": item.driver,
        "parent": item.parent,
        # What a pci.ids says depends on the one that this machine has.
        "names": {
            entry.source: entry.name
            for entry in item.identities
            if entry.name and entry.source != "pci"
        },
        "units": {
            entry.source: f"{entry.units} {entry.unit_kind}"
            for entry in item.identities
            if entry.units is not None
        },
        "tpp": None if tpp is None else [_round(tpp.low), _round(tpp.value), _round(tpp.high)],
        "basis": tpp.basis.value if tpp and tpp.basis else None,
        "verdicts": {entry.rule: entry.outcome.value for entry in verdicts},
        "open": _open(verdicts),
        "limits": [f"{entry.kind}: {entry.detail}" for entry in item.limits],
    }


def _open(verdicts: Iterable[Verdict]) -> list[str]:
    """Why a verdict is indeterminate, each reason once."""
    found = [item for item in verdicts if item.outcome is Outcome.INDETERMINATE]
    return list(dict.fromkeys(text for item in found for text in item.missing or item.questions))


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
