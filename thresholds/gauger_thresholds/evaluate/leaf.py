"""What a condition evaluates to: its truth, the leaf that decided, and what would settle it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gauger_thresholds.evaluate.kleene import Truth, all_of, any_of, negate
from gauger_thresholds.findings import Basis, Metric
from gauger_thresholds.packs.condition import (
    All,
    Any,
    Compare,
    Comparison,
    Condition,
    Not,
    Refer,
)


@dataclass(frozen=True, slots=True)
class Deciding:
    """The comparison that a truth rests on.

    ``margin`` is value ÷ threshold. ``closeness`` orders leaves by how near they are to the
    other side, 1 being the threshold itself, whichever way the comparison points.
    """

    metric: Metric
    comparison: Comparison
    threshold: float
    margin: float | None
    closeness: float


@dataclass(frozen=True, slots=True)
class Result:
    """The truth of a condition and its grounds."""

    truth: Truth
    deciding: Deciding | None = None
    missing: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


LookUp = Callable[[str], Metric]
Resolve = Callable[[Refer], Result]


def evaluate(condition: Condition, metric: LookUp, refer: Resolve) -> Result:
    """Evaluate a condition; ``metric`` computes numbers and ``refer`` resolves references."""
    if isinstance(condition, All):
        parts = [evaluate(part, metric, refer) for part in condition.parts]
        return _combine(all_of(part.truth for part in parts), parts, weakest=True)
    if isinstance(condition, Any):
        parts = [evaluate(part, metric, refer) for part in condition.parts]
        return _combine(any_of(part.truth for part in parts), parts, weakest=False)
    if isinstance(condition, Not):
        inner = evaluate(condition.part, metric, refer)
        return Result(
            negate(inner.truth), inner.deciding, inner.missing, inner.questions, inner.notes
        )
    if isinstance(condition, Compare):
        return compare(metric(condition.metric), condition)
    return refer(condition)


def _combine(truth: Truth, parts: Sequence[Result], *, weakest: bool) -> Result:
    """Of the parts that share the truth, the one nearest to changing it decides.

    An ``all`` is as near as its farthest part and an ``any`` as its nearest; an ``any`` that is
    true rests on the first alternative that is, in the order of the text.
    """
    deciding = [part for part in parts if part.truth is truth]
    grounds = [part.deciding for part in deciding if part.deciding]
    if truth is Truth.TRUE and not weakest:
        grounds = grounds[:1]
    choose = min if weakest else max
    nearest = choose(grounds, key=lambda item: item.closeness, default=None)
    unknown = deciding if truth is Truth.UNKNOWN else []
    return Result(
        truth,
        nearest,
        _union(part.missing for part in unknown),
        _union(part.questions for part in unknown),
        _union(part.notes for part in deciding),
    )


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def compare(metric: Metric, leaf: Compare) -> Result:
    """Compare a metric's interval with a threshold: unknown when the threshold lies inside."""
    high = math.inf if metric.high is None else metric.high
    truth = _TESTS[leaf.comparison](metric.low, high, leaf.threshold)
    value = _shown(metric, truth, leaf.comparison)
    margin = None if value is None or leaf.threshold == 0 else value / leaf.threshold
    deciding = Deciding(
        metric, leaf.comparison, leaf.threshold, margin, _closeness(margin, leaf.comparison)
    )
    missing = metric.missing if truth is Truth.UNKNOWN else ()
    if truth is Truth.UNKNOWN and not missing:
        missing = (f"{metric.metric} of {metric.subject} more exactly: {_span(metric)}",)
    return Result(truth, deciding, missing)


def _span(metric: Metric) -> str:
    high = "∞" if metric.high is None else f"{metric.high:,.6g}"
    return f"it lies between {metric.low:,.6g} and {high} {metric.unit}"


def _shown(metric: Metric, truth: Truth, comparison: Comparison) -> float | None:
    """The figure that decided: the bound for a bound, else the figure itself."""
    if metric.basis is Basis.BOUND and truth is not Truth.UNKNOWN:
        upwards = comparison in (Comparison.AT_LEAST, Comparison.ABOVE)
        return metric.low if (truth is Truth.TRUE) == upwards else metric.high
    return metric.value


def _closeness(margin: float | None, comparison: Comparison) -> float:
    if margin is None:
        return 0.0
    if comparison in (Comparison.AT_LEAST, Comparison.ABOVE):
        return margin
    return math.inf if margin == 0 else 1 / margin


def _decide(true: bool, false: bool) -> Truth:
    if true:
        return Truth.TRUE
    return Truth.FALSE if false else Truth.UNKNOWN


_TESTS: dict[Comparison, Callable[[float, float, float], Truth]] = {
    Comparison.AT_LEAST: lambda low, high, limit: _decide(low >= limit, high < limit),
    Comparison.ABOVE: lambda low, high, limit: _decide(low > limit, high <= limit),
    Comparison.BELOW: lambda low, high, limit: _decide(high < limit, low >= limit),
    Comparison.AT_MOST: lambda low, high, limit: _decide(high <= limit, low > limit),
}
