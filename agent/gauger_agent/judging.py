"""Judges evidence with the packs and the catalogue that this machine holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.load import built_in as built_in_catalogue
from gauger_thresholds.evaluate.judge import Judgement
from gauger_thresholds.evaluate.judge import judge as judge_evidence
from gauger_thresholds.findings import Level, Outcome
from gauger_thresholds.packs.load import built_in as built_in_packs
from gauger_thresholds.packs.select import UnknownPackError, select
from gauger_thresholds.policy import overall

_CODES = {
    Outcome.MEETS: ExitCode.MEETS,
    Outcome.INDETERMINATE: ExitCode.INDETERMINATE,
    Outcome.DOES_NOT_MEET: ExitCode.DONE,
}


def check_names(names: Sequence[str], as_of: date) -> None:
    """Refuse pack names that fit no pack, before any time is spent on probing.

    Raises:
        UsageError: a name fits no pack.
    """
    try:
        select(built_in_packs(), as_of, names)
    except UnknownPackError as problem:
        raise UsageError(str(problem), "see: gauger packs list") from problem


def judge(evidence: Evidence, as_of: date, names: Sequence[str] = ()) -> Judgement:
    """Judge ``evidence`` by the built-in packs in force on ``as_of``.

    Raises:
        UsageError: a name fits no pack.
    """
    check_names(names, as_of)
    return judge_evidence(evidence, built_in_packs(), built_in_catalogue(), as_of, names)


def exit_code(judgement: Judgement, fail_on: Level, max_pack_age: float | None = None) -> ExitCode:
    """Return 10, 11 or 0 for what was found; ``max_pack_age`` in days past a pack's review."""
    return _CODES[overall(judgement, fail_on, max_pack_age)]
