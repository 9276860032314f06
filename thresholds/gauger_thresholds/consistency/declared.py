"""Figures that a person declared: said wherever they stand, and beside the catalogue's."""

from __future__ import annotations

from gauger_thresholds.findings import Basis, Doubt
from gauger_thresholds.metrics.declared import declared, declared_tpp
from gauger_thresholds.metrics.machine import Machine, PackageRating


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each package with declared figures."""
    return tuple(
        Doubt(
            doubt="declared",
            subject=name,
            explanation=_said(rating),
            sources=tuple(dict.fromkeys(item.source for item in declared(rating.accelerator))),
            advice="hold the figures against the maker's datasheet; none was read from the device",
        )
        for name, rating in machine.ratings.items()
        if declared(rating.accelerator)
    )


def _said(rating: PackageRating) -> str:
    tpp = declared_tpp(declared(rating.accelerator))
    stated = "figures without a rate" if tpp is None else f"TPP {tpp.middle:,.0f}"
    if rating.basis is Basis.DECLARED:
        return f"{rating.name} is rated by what was declared: {stated}"
    return f"{rating.name} is declared {stated}; the catalogue's figures count instead"
