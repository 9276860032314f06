"""How one probe of the registry ended, whether or not it was run."""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.evidence.coverage import Status
from gauger_probes.result import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """``result`` is there exactly when the probe answered; ``duration_s`` is in seconds."""

    probe: str
    status: Status
    reason: str | None = None
    duration_s: float = 0.0
    result: Result | None = None


def top_level(probe: str) -> str:
    """Return the probe that ``probe`` is a part of (``accelerators`` of ``accelerators.nvml``)."""
    return probe.partition(".")[0]
