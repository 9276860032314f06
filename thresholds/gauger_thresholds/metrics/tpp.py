"""Total processing performance of one IC.

TPP = 2 × MacTOPS × bit length of the operation, aggregated over the processing units of the
integrated circuit; the rate is the highest that the manufacturer claims, dense, and of several
bit lengths the highest TPP counts (15 CFR 774 Supplement 1, 3A090, Technical Notes). A datasheet's
TOPS already count a multiply-accumulate as two, so TPP = TOPS × bits. The convention here: the
matrix units' best precision alone, without adding the vector units beside them; TF32 is left out.
"""

from __future__ import annotations

from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics.build import metric_of
from gauger_thresholds.metrics.machine import Machine


def metric(machine: Machine, subject: str) -> Metric:
    """Return the TPP of the package with accelerator id ``subject`` (unit ``TPP``)."""
    rating = machine.ratings[subject]
    return metric_of("tpp", "TPP", rating, rating.tpp, missing=rating.missing)
