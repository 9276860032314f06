"""Collects a machine's evidence: probes it in children, then states what the catalogue rates.

Runs before any key is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options, Progress
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.metrics.rated import with_ratings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to collect: from the running machine or a captured tree, and with which options."""

    sysroot: Path | None = None
    names: Collection[str] | None = None
    options: Options = field(default_factory=Options)
    skip: Mapping[str, str] = field(default_factory=dict)

    @property
    def roots(self) -> Roots:
        """The root to read from."""
        if self.sysroot is None:
            return Roots()
        return Roots(self.sysroot.resolve(), captured=True)


def collect(wanted: Wanted, report: Callable[[Progress], None]) -> Evidence:
    """Return the evidence with ratings; a probe that fails costs its own part alone."""
    evidence = run_probes(
        wanted.roots, wanted.names, wanted.options, skip=wanted.skip, report=report
    )
    return with_ratings(evidence, built_in())
