"""Sources that call one device different things: all are kept, and said side by side."""

from __future__ import annotations

from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.contradictions import Contradiction
from gauger_thresholds.metrics.machine import Machine


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each contradiction between PCI ids and another source."""
    return tuple(
        _doubt(name, item)
        for name, rating in machine.ratings.items()
        for item in rating.contradictions
    )


def _doubt(subject: str, item: Contradiction) -> Doubt:
    source = item.identity.source
    return Doubt(
        doubt="disagreement",
        subject=subject,
        explanation=f"{item.subject}: PCI ids say {item.by_ids}, {source} says {item.by_source}",
        sources=("pci", source),
        advice="trust neither until the device has been measured, or its chip's marking read",
    )
