"""Collects a machine's evidence: probes it in children, then states what the catalogue rates.

Runs before any key is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gauger_agent.declare import Declaration, apply
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options, Progress
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from gauger_thresholds.catalogue.known import known_ids
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.metrics.rated import with_ratings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to collect: from the running machine or a captured tree, and with which options.

    ``declared``: figures of devices that a person states.
    """

    sysroot: Path | None = None
    names: Collection[str] | None = None
    options: Options = field(default_factory=Options)
    skip: Mapping[str, str] = field(default_factory=dict)
    declared: tuple[Declaration, ...] = ()

    @property
    def roots(self) -> Roots:
        """The root to read from."""
        if self.sysroot is None:
            return Roots()
        return Roots(self.sysroot.resolve(), captured=True)


def with_known(options: Options) -> Options:
    """Return ``options`` with the ids that the catalogue knows, so that no class hides a device."""
    return replace(
        options,
        known_pci=known_ids(built_in(), "pci"),
        known_usb=known_ids(built_in(), "usb"),
    )


def collect(wanted: Wanted, report: Callable[[Progress], None]) -> Evidence:
    """Return the evidence with ratings; a probe that fails costs its own part alone.

    Raises:
        UsageError: a declaration fits no accelerator of the machine.
    """
    options = with_known(wanted.options)
    evidence = run_probes(wanted.roots, wanted.names, options, skip=wanted.skip, report=report)
    return with_ratings(apply(evidence, wanted.declared), built_in())
