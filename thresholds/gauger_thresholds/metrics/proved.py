"""What a measurement proves: a device does at least that, whatever it is called.

A measurement never clears a device; it can only raise what the device is known to do. Total
processing performance is at least measured operations/s × bit length, in any precision.
"""

from __future__ import annotations

import dataclasses

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Measurement
from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import Interval
from gauger_thresholds.metrics.machine import Estimate, PackageRating

_TERA = 1e12
#: A stated figure holds against a measurement that exceeds it by less: law counts the datasheet.
TOLERANCE = 1.05
_STATED = (Basis.CATALOGUE, Basis.DECLARED)
#: Precisions that a measurement names and a rating counts under another.
SAME_BITS = {"bf16": "fp16"}


def counted(precision: str | None) -> str | None:
    """Return the precision that a rating counts ``precision`` as."""
    return SAME_BITS.get(precision or "", precision)


def with_proof(rating: PackageRating) -> PackageRating:
    """Return ``rating``, reaching at least up to what was measured on the device."""
    proof = most_proved(rating.accelerator)
    if proof is None:
        return rating
    item, tpp = proof
    known = rating.tpp.interval
    if tpp <= known.low or (rating.basis in _STATED and tpp <= _most_stated(rating) * TOLERANCE):
        return rating
    above = tpp > known.high
    return dataclasses.replace(
        rating,
        tpp=Estimate(Interval(tpp, max(known.high, tpp)), tpp if above else rating.tpp.value),
        basis=Basis.MEASURED if above else rating.basis,
        detail=f"{rating.detail}; measured {item.precision} {item.median / _TERA:,.4g} T proves "
        f"at least TPP {tpp:,.0f}",
    )


def _most_stated(rating: PackageRating) -> float:
    """The highest that anybody states: the datasheet, or units at the driver's maximum clock."""
    return max([rating.tpp.interval.high, *(item.tpp for item in rating.units)])


def most_proved(accelerator: Accelerator) -> tuple[Measurement, float] | None:
    """Return the multiplication that proves most, and the TPP that it proves."""
    found = [
        (item, item.low * BITS[counted(item.precision) or ""] / _TERA)
        for item in accelerator.measurements
        if item.quantity == "gemm" and counted(item.precision) in BITS and item.low > 0
    ]
    return max(found, key=lambda pair: pair[1], default=None)
