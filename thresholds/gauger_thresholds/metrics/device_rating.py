"""What one device other than the processor is rated for.

The catalogue's rows speak first. A row without a rate, or no row at all, is filled from what was
declared, else bounded by what the kernel's driver counts. Where a source says that the device is a
larger one than its ids, the rating reaches up to that; what was measured on it, it does at least.
"""

from __future__ import annotations

import dataclasses

from gauger_probes.evidence.accelerator import Accelerator
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Catalogue
from gauger_thresholds.metrics.contradictions import contradictions
from gauger_thresholds.metrics.declared import declared_rating
from gauger_thresholds.metrics.machine import PackageRating
from gauger_thresholds.metrics.proved import with_proof
from gauger_thresholds.metrics.raising import raised
from gauger_thresholds.metrics.row_package import from_rows, unknown
from gauger_thresholds.metrics.row_rating import is_rated
from gauger_thresholds.metrics.unit_bound import bounded_by_units
from gauger_thresholds.metrics.unit_rating import by_units


def rate_device(accelerator: Accelerator, catalogue: Catalogue) -> PackageRating:
    """Rate a device other than the processor."""
    rows = devices_for(catalogue, accelerator)
    rating = dataclasses.replace(
        from_rows(accelerator, rows) if rows else unknown(accelerator),
        rows=rows,
        units=by_units(accelerator, rows, catalogue),
        contradictions=contradictions(accelerator, rows, catalogue),
    )
    if not (rows and all(map(is_rated, rows))):
        rating = declared_rating(accelerator, rating) or bounded_by_units(rating)
    return with_proof(raised(rating, catalogue))
