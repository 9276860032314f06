"""What a driver's count of units says of a device that no row rates.

Units × clock bound a device from above, where who counts them is to be believed: the kernel's own
driver, which answers for the machine as PCI ids do. NVIDIA's management library is a file of user
space, of which stand-ins exist; what it counts is printed, raises suspicion, and clears nothing.
"""

from __future__ import annotations

import dataclasses

from gauger_probes.evidence.accelerator import Accelerator
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING
from gauger_thresholds.metrics.machine import PackageRating
from gauger_thresholds.metrics.row_rating import at_most
from gauger_thresholds.metrics.unit_rating import UnitRating

#: Sources in the kernel, with the PCI vendor whose devices they answer for.
_KERNEL = {"kfd": "1002"}
#: A maximum clock below this is none: the slowest accelerator runs at several times as much.
_LEAST_HZ = 0.2e9
#: Limits under which a driver may count a part of the device alone.
_PARTS = frozenset({"partition", "virtualised"})


def bounded_by_units(rating: PackageRating) -> PackageRating:
    """Return ``rating``, bounded by the kernel's count; what others count is said beside it."""
    most = max(rating.units, key=lambda item: item.tpp, default=None)
    if most is None:
        return rating
    if not all(_is_believed(item, rating.accelerator) for item in rating.units):
        missing = tuple(f"{text} ({most.detail})" for text in rating.missing)
        return dataclasses.replace(rating, missing=missing)
    return dataclasses.replace(
        rating,
        tpp=at_most(most.tpp),
        operations=at_most(max(most.rates.values(), default=0.0)),
        fp64=at_most(most.rates.get("fp64", ANYTHING.high)),
        basis=Basis.RATED,
        detail=f"{rating.detail}; at most {most.detail}",
        sources=(*rating.sources, most.source),
    )


def _is_believed(item: UnitRating, accelerator: Accelerator) -> bool:
    vendor = accelerator.pci.vendor if accelerator.pci else None
    return (
        vendor is not None
        and _KERNEL.get(item.source) == vendor
        and item.units > 0
        and item.clock_hz >= _LEAST_HZ
        and not any(limit.kind in _PARTS for limit in accelerator.limits)
    )
