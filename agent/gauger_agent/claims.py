"""Compares what a manifest's maker claims to have found with what the verifier finds.

The claims are never used. Where the verifier holds the very packs that the maker names, it judges
by them on the maker's date and says whether the answers agree; where it does not, nothing is said
but that the comparison was not done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from gauger_agent.manifest.statement import Predicate
from gauger_agent.verify.check import Check, CheckStatus
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import Judgement, judge
from gauger_thresholds.findings import Verdict
from gauger_thresholds.packs.model import LoadedPack

NAME = "claimedFindings"


def compare_claims(
    predicate: Predicate, packs: Sequence[LoadedPack], judgement: Judgement
) -> Check:
    """Return the check ``claimedFindings``; a difference changes no exit code, it is said.

    ``judgement`` is the verifier's own, by ``packs``: a pack finds the same on every day on which
    it is judged, so what it already says is not worked out again.
    """
    ours = {(item.pack.id, item.sha256) for item in packs}
    theirs = {(item.id, item.sha256) for item in predicate.packs}
    dates = {item.as_of for item in predicate.packs} or {predicate.collected_at[:10]}
    if not theirs <= ours or len(dates) > 1:
        return Check(NAME, CheckStatus.NOT_DONE, found="the maker judged by packs not held here")
    try:
        day = date.fromisoformat(dates.pop())
    except ValueError:
        return Check(NAME, CheckStatus.NOT_DONE, found="the maker's date is not a date")
    names = {name for name, _ in theirs}
    if not names <= {item.pack.id for item in judgement.packs}:
        judgement = judge(predicate.evidence, packs, catalogue(), day, sorted(names))
    in_force = {item.pack.id for item in packs if item.pack.in_force(day)} & names
    expected = _answers(item for item in judgement.verdicts if item.pack in in_force)
    claimed = _answers(predicate.claimed_findings)
    if claimed == expected:
        return Check(NAME, CheckStatus.PASSED, found=f"{len(claimed)} findings, as recomputed")
    return _differing(expected, claimed)


_Answers = dict[tuple[str, str], str]


def _answers(verdicts: Iterable[Verdict]) -> _Answers:
    return {(item.rule, item.subject): item.outcome.value for item in verdicts}


def _differing(expected: _Answers, claimed: _Answers) -> Check:
    keys = sorted(set(expected) | set(claimed))
    differing = [key for key in keys if expected.get(key) != claimed.get(key)]
    rule, subject = differing[0]
    first = f"{rule} on {subject}: {claimed.get(differing[0], 'nothing')}"
    return Check(
        NAME,
        CheckStatus.FAILED,
        expected=f"{rule} on {subject}: {expected.get(differing[0], 'nothing')}",
        found=f"{len(differing)} findings differ; the first: {first}",
        advice="the maker's claims are not used; the verdicts here are recomputed",
    )
