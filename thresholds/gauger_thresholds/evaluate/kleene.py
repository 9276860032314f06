"""Kleene's strong three-valued logic: a hole makes a result unknown only if it could change it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """False < unknown < true, so that *and* is the minimum and *or* the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return the conjunction (true for none)."""
    return min(truths, key=lambda truth: truth.value, default=Truth.TRUE)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return the disjunction (false for none)."""
    return max(truths, key=lambda truth: truth.value, default=Truth.FALSE)


def negate(truth: Truth) -> Truth:
    """Return the negation; what is unknown stays unknown."""
    return Truth(2 - truth.value)
