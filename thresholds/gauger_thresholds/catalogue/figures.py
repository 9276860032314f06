"""Turns a number as a source prints it into the interval that its digits stand for.

628 stands for 627.5 to 628.5 and 149.7 for 149.65 to 149.75: half a unit of the last printed
digit either way. A figure that is estimated, disputed or derived states its own range. Numbers
are decimal until the end, so that no binary rounding moves a bound.
"""

from __future__ import annotations

from decimal import Decimal

from gauger_thresholds.catalogue.fields import Fields, RowError, positive
from gauger_thresholds.catalogue.model import Figure, Grade
from gauger_thresholds.interval import Interval

#: Widths of the sum that matrix units print two rates for.
ACCUMULATORS = ("fp16", "fp32")
_HALF = Decimal("0.5")


def printed_interval(number: Decimal) -> tuple[Decimal, Decimal]:
    """Return the bounds of every number that rounds to ``number`` at its last printed digit."""
    last_digit = number.adjusted() - len(number.as_tuple().digits) + 1
    half = _HALF.scaleb(last_digit)
    return number - half, number + half


def read_figure(
    key: str,
    raw: object,
    source: str,
    grade: Grade,
    *,
    factor: Decimal = Decimal(1),
    exact: bool = False,
    accumulate: str | None = None,
) -> Figure:
    """Return the figure that ``raw`` states, times ``factor`` (to base units).

    ``raw`` is a bare number, or a table with ``value`` or with ``low`` and ``high``, and with a
    ``source``, ``grade`` and ``accumulate`` of its own where they differ from the row's.
    ``exact`` is for counts and products of counts, which have no last digit to doubt.

    Raises:
        RowError: ``raw`` is neither.
    """
    if not isinstance(raw, dict):
        number = positive(key, raw)
        return Figure(_around(number, factor, exact), str(number), source, grade, accumulate)
    fields = Fields(raw)
    source = fields.maybe_text("source") or source
    grade = fields.maybe_choice("grade", Grade) or grade
    accumulate = read_accumulate(fields) or accumulate
    value, low, high = (fields.number(name) for name in ("value", "low", "high"))
    fields.refuse_strangers()
    if value is not None and low is None and high is None:
        return Figure(_around(value, factor, exact), str(value), source, grade, accumulate)
    if value is not None or low is None or high is None or low > high:
        raise RowError(f"{key!r} must state value, or low and high with low below high")
    return Figure(_between(low, high, factor), f"{low}–{high}", source, grade, accumulate)


def read_accumulate(fields: Fields) -> str | None:
    """Return the width of the sum that ``accumulate`` states, ``None`` where nothing does.

    Raises:
        RowError: it is no width that rates are printed for.
    """
    word = fields.maybe_text("accumulate")
    if word is not None and word not in ACCUMULATORS:
        raise RowError(f"'accumulate' is {word!r}: use one of {', '.join(ACCUMULATORS)}")
    return word


def maybe_figure(
    row: Fields, key: str, source: str, grade: Grade, *, factor: Decimal = Decimal(1)
) -> Figure | None:
    """Return the figure that ``key`` states, times ``factor``; ``None`` where the row lacks it."""
    raw = row.raw(key)
    return None if raw is None else read_figure(key, raw, source, grade, factor=factor)


def read_hertz(row: Fields, key: str, factor: Decimal) -> float | None:
    """Return a clock in Hz, ``None`` where the row lacks it; ``factor`` is the key's unit."""
    number = row.number(key)
    return None if number is None else float(number * factor)


def read_bound(key: str, raw: object, source: str, grade: Grade, factor: Decimal) -> Figure:
    """Return the figure whose interval runs from 0 to the number that ``raw`` states."""
    number = positive(key, raw)
    return Figure(Interval(0.0, float(number * factor)), str(number), source, grade)


def _around(number: Decimal, factor: Decimal, exact: bool) -> Interval:
    if exact:
        return Interval.exactly(float(number * factor))
    return _between(*printed_interval(number), factor)


def _between(low: Decimal, high: Decimal, factor: Decimal) -> Interval:
    return Interval(float(low * factor), float(high * factor))
