"""Closed intervals of non-negative numbers, the arithmetic of figures that carry a range."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """``low`` ≤ truth ≤ ``high``; ``high`` is infinite where nothing bounds it."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"not an interval: [{self.low}, {self.high}]")

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """Return the interval that holds ``value`` alone."""
        return cls(value, value)

    @property
    def middle(self) -> float:
        """The midpoint; ``low`` where nothing bounds the interval from above."""
        return self.low if math.isinf(self.high) else (self.low + self.high) / 2

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def scale(self, factor: float) -> Interval:
        """Return the interval times a non-negative ``factor`` (0 × ∞ counts as 0)."""
        if factor == 0:
            return ZERO
        return Interval(self.low * factor, self.high * factor)

    def divide(self, other: Interval) -> Interval:
        """Return every quotient of the two; a divisor that may be 0 leaves ``high`` infinite."""
        low = 0.0 if math.isinf(other.high) else _quotient(self.low, other.high)
        return Interval(low, math.inf if other.low == 0 else self.high / other.low)


def _quotient(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 0.0


ZERO = Interval(0.0, 0.0)
ANYTHING = Interval(0.0, math.inf)


def hull(intervals: Iterable[Interval]) -> Interval:
    """Return the smallest interval that holds all of them: one of several may be the truth."""
    items = list(intervals)
    return Interval(min(item.low for item in items), max(item.high for item in items))


def highest(intervals: Iterable[Interval]) -> Interval:
    """Return the interval of the maximum, when all of them hold at once."""
    items = list(intervals)
    return Interval(max(item.low for item in items), max(item.high for item in items))


def total(intervals: Iterable[Interval]) -> Interval:
    """Return the interval of the sum."""
    result = ZERO
    for item in intervals:
        result = result + item
    return result
