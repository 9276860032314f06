"""The table of doubts: one file each, named as text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine

DOUBTS: tuple[tuple[str, str], ...] = (
    ("camera_claims", "gauger_thresholds.consistency.camera_claims:find"),
    ("declared", "gauger_thresholds.consistency.declared:find"),
    ("disagreement", "gauger_thresholds.consistency.disagreement:find"),
    ("foreign_library", "gauger_thresholds.consistency.foreign_library:find"),
    ("limited", "gauger_thresholds.consistency.limited:find"),
    ("measured_rate", "gauger_thresholds.consistency.measured_rate:find"),
    ("paravirtual", "gauger_thresholds.consistency.paravirtual:find"),
    ("replaced", "gauger_thresholds.consistency.replaced:find"),
    ("unanswered", "gauger_thresholds.consistency.unanswered:find"),
    ("unbound", "gauger_thresholds.consistency.unbound:find"),
    ("unit_rate", "gauger_thresholds.consistency.unit_rate:find"),
    ("unlisted", "gauger_thresholds.consistency.unlisted:find"),
    ("virtual", "gauger_thresholds.consistency.virtual:find"),
)

DoubtFinder = Callable[[Machine], tuple[Doubt, ...]]


def find_doubts(machine: Machine) -> tuple[Doubt, ...]:
    """Return every doubt about the machine, in the order of the table."""
    found: list[Doubt] = []
    for _, target in DOUBTS:
        module, _, function = target.partition(":")
        found.extend(cast(DoubtFinder, getattr(import_module(module), function))(machine))
    return tuple(found)
