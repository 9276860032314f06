"""Judges evidence by the packs at hand, with the catalogue that comes with the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gauger_agent.errors import UsageError
from gauger_agent.exit_codes import ExitCode
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.load import built_in as built_in_catalogue
from gauger_thresholds.evaluate.judge import Judgement, judge
from gauger_thresholds.findings import Level, Outcome
from gauger_thresholds.packs.model import LoadedPack
from gauger_thresholds.packs.select import UnknownPackError, select
from gauger_thresholds.policy import overall

_CODES = {
    Outcome.MEETS: ExitCode.MEETS,
    Outcome.INDETERMINATE: ExitCode.INDETERMINATE,
    Outcome.DOES_NOT_MEET: ExitCode.DONE,
}


@dataclass(frozen=True, slots=True)
class Law:
    """What to judge by: those of ``packs`` that ``names`` (ids or prefixes; none: all) pick, in
    force on ``as_of``. Made before any time is spent on probing.

    Raises:
        UsageError: a name fits no pack.
    """

    packs: Sequence[LoadedPack]
    as_of: date
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        try:
            select(self.packs, self.as_of, self.names)
        except UnknownPackError as problem:
            raise UsageError(str(problem), "see: gauger packs list") from problem

    def judge(self, evidence: Evidence) -> Judgement:
        """Return what the packs say of ``evidence``."""
        return judge(evidence, self.packs, built_in_catalogue(), self.as_of, self.names)


def exit_code(judgement: Judgement, fail_on: Level, max_pack_age: float | None = None) -> ExitCode:
    """Return 10, 11 or 0 for what was found; ``max_pack_age`` in days past a pack's review."""
    return _CODES[overall(judgement, fail_on, max_pack_age)]
