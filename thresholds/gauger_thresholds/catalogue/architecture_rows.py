"""Makes architectures of the rows of a catalogue file.

The keys are those that the head of ``architectures.toml`` documents. Pure: a row is a TOML table
whose numbers are ``int`` or ``Decimal``.
"""

from __future__ import annotations

from collections.abc import Mapping

from gauger_thresholds.catalogue.fields import Fields, RowError
from gauger_thresholds.catalogue.model import Architecture, Grade
from gauger_thresholds.catalogue.rates import read_per_clock


def read_architecture(table: Mapping[str, object]) -> Architecture:
    """Return the architecture that an ``[[architecture]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    architecture = Architecture(
        id=row.row_id(),
        name=row.text("name"),
        targets=row.texts("targets"),
        driver_names=row.texts("driverNames"),
        unit_kind=row.text("unitKind"),
        part_kind=row.maybe_text("partKind"),
        parts_per_unit=row.integer("partsPerUnit"),
        per_clock=read_per_clock(row, "perClock"),
        wide_per_clock=read_per_clock(row, "wide"),
        clock_scale=_scale(row),
        source=row.text("source"),
        grade=row.choice("grade", Grade),
        note=row.maybe_text("note"),
    )
    row.refuse_strangers()
    if (architecture.part_kind is None) != (architecture.parts_per_unit is None):
        raise RowError("'partKind' and 'partsPerUnit' go together: state both or neither")
    return architecture


def _scale(row: Fields) -> float:
    scale = row.number("clockScale")
    if scale is not None and scale > 1:
        raise RowError("'clockScale' is the matrix units' clock over the maximum: at most 1")
    return 1.0 if scale is None else float(scale)
