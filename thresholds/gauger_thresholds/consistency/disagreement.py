"""Two sources that call one device by different names: both are kept, and the difference said."""

from __future__ import annotations

import re

from gauger_probes.evidence.accelerator import Identity
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.machine import Machine, PackageRating

#: A product's own designation: letters and digits together, such as A100, H20 or 4090.
_DESIGNATION = re.compile(r"\b(?:[A-Z]{1,4}\d{1,4}[A-Z]{0,2}|\d{4})\b")


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each driver's name that shares no designation with the catalogue's."""
    found: list[Doubt] = []
    for name, rating in machine.ratings.items():
        if not rating.sources or rating.accelerator.pci is None:
            continue
        found += [
            _doubt(name, rating, identity)
            for identity in rating.accelerator.identities
            if identity.source != "pci" and identity.name and _differs(rating.name, identity.name)
        ]
    return tuple(found)


def _differs(rated: str, stated: str) -> bool:
    ours, theirs = (set(_DESIGNATION.findall(text.upper())) for text in (rated, stated))
    return bool(ours and theirs) and not ours & theirs


def _doubt(subject: str, rating: PackageRating, identity: Identity) -> Doubt:
    return Doubt(
        doubt="disagreement",
        subject=subject,
        explanation=f"PCI ids say {rating.name}, {identity.source} says {identity.name}",
        sources=("pci", identity.source),
        advice="trust neither name until the device has been measured",
    )
