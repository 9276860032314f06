"""Adjusted peak performance of the machine, in weighted teraFLOPS (WT).

APP = Σ Wᵢ · Rᵢ with Rᵢ the 64-bit floating-point rate and W = 0.9 for vector processors, 0.3 for
others (Technical Note to Category 4, Regulation (EU) 2021/821 Annex I; Wassenaar). Two things are
not settled by the text for accelerators: whether a GPU is a vector processor, and whether cards in
one chassis share memory and so aggregate. The interval spans both readings: from the processors
alone or the largest accelerator alone at 0.3, to everything added up with accelerators at 0.9.
"""

from __future__ import annotations

import math

from gauger_probes.evidence.accelerator import Bus
from gauger_thresholds.catalogue.model import Kind
from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.machine import Machine, PackageRating

_NON_VECTOR = 0.3
_VECTOR = 0.9
_TERA = 1e12


def metric(machine: Machine, subject: str) -> Metric:
    """Return the APP of the whole machine (unit ``WT``)."""
    ratings = list(machine.ratings.values())
    terms = [_term(rating) for rating in ratings]
    low = max((term.low for term in terms), default=0.0)
    high = sum(term.high for term in terms)
    bounded = not math.isinf(high)
    return Metric(
        metric="app",
        subject=subject,
        unit="WT",
        value=high if bounded else None,
        low=low,
        high=high if bounded else None,
        basis=Basis.BOUND if bounded else None,
        detail=_detail(ratings, terms),
        sources=tuple(dict.fromkeys(source for rating in ratings for source in rating.sources)),
        missing=tuple(
            f"the 64-bit rate of {rating.name}: ask the maker, or add it to the catalogue"
            for rating, term in zip(ratings, terms, strict=True)
            if math.isinf(term.high)
        ),
    )


def _term(rating: PackageRating) -> Interval:
    rate = rating.fp64.interval
    low = _VECTOR if Kind.VECTOR in rating.kinds else _NON_VECTOR
    high = _NON_VECTOR if rating.accelerator.bus is Bus.CPU else _VECTOR
    return Interval(
        rate.low * rating.packages * low / _TERA, rate.high * rating.packages * high / _TERA
    )


def _detail(ratings: list[PackageRating], terms: list[Interval]) -> str:
    parts = [
        f"{rating.name} {term.low:.3g}–{term.high:.3g} WT"
        for rating, term in zip(ratings, terms, strict=True)
        if term.high > 0
    ]
    return "; ".join(parts) or "nothing that computes in 64-bit floating point"
