"""Reads tables of rates by precision, and what a sum behind a rate is kept in.

``fp16`` covers bfloat16, which runs as fast on all but the oldest matrix units. A matrix unit sums
short floating products in 16 or 32 bits, and on some products the wider sum halves the rate, so
a rate says which it is; integers have no such choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from gauger_thresholds.catalogue.fields import Fields, RowError, positive
from gauger_thresholds.catalogue.figures import read_figure
from gauger_thresholds.catalogue.model import Figure, Grade

#: The precisions that a rate may be printed for.
PRECISIONS = frozenset(
    {"fp64", "fp32", "tf32", "fp16", "fp8", "int8", "fp6", "fp4", "int4"},
)
#: Those whose sums may be kept in 16 or in 32 bits.
SUMMED = frozenset({"fp16", "fp8", "fp6", "fp4"})
_TERA = Decimal(10) ** 12


def read_rates(
    row: Fields, key: str, source: str, grade: Grade, accumulate: str | None
) -> Mapping[str, Figure]:
    """Return the dense rates in operations/s that the table ``key`` states in tera-operations/s.

    ``accumulate`` is how the row's short floating rates sum, where a figure does not say.

    Raises:
        RowError: a precision is unknown, a figure is none, or an integer claims to accumulate.
    """
    rates = {
        precision: read_figure(
            precision,
            raw,
            source,
            grade,
            factor=_TERA,
            accumulate=accumulate if precision in SUMMED else None,
        )
        for precision, raw in _by_precision(row, key).items()
    }
    for precision, figure in rates.items():
        if figure.accumulate and precision not in SUMMED:
            raise RowError(f"{precision!r} has no choice of accumulation: remove accumulate")
    return MappingProxyType(rates)


def read_per_clock(row: Fields, key: str) -> Mapping[str, float]:
    """Return the dense operations per clock and unit that the table ``key`` states.

    Raises:
        RowError: a precision is unknown or a number is not above 0.
    """
    table = _by_precision(row, key)
    return MappingProxyType({name: float(positive(name, raw)) for name, raw in table.items()})


def _by_precision(row: Fields, key: str) -> Mapping[str, object]:
    table = row.table(key)
    for precision in table:
        if precision not in PRECISIONS:
            known = ", ".join(sorted(PRECISIONS))
            raise RowError(f"{precision!r} is not a precision: use one of {known}")
    return table
