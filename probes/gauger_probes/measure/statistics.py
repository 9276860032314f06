"""The median of repeated measurements and how far it can be trusted.

Pure. The interval needs no distribution: its ends are order statistics, and how often they
enclose the median follows from the binomial distribution (W. J. Conover, Practical Nonparametric
Statistics, 3rd ed., section 3.2; G. J. Hahn and W. Q. Meeker, Statistical Intervals, section 5.2).

Repetitions that follow one another are not independent: a clock that sinks for a second slows all
of them. Their interval is that of the medians of a few long blocks (batch means: A. M. Law,
Simulation Modeling and Analysis, 5th ed., section 9.5.3, with medians in place of means).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

#: Blocks that a series is cut into: the fewest whose extremes enclose a median with 95 %.
BLOCKS = 6


class MedianInterval(NamedTuple):
    """A median, the interval around it in the same unit, and the confidence really achieved.

    ``confidence`` holds for independent samples of a continuous quantity; ties only raise it.
    """

    median: float
    low: float
    high: float
    confidence: float


def median_interval(samples: Iterable[float], confidence: float = 0.95) -> MedianInterval:
    """Return the median and the narrowest symmetric interval with at least ``confidence``.

    The k-th smallest and the k-th largest of n samples enclose the median with probability
    1 - 2 P(B < k), where B is binomial (n, 1/2). Where even the extremes fall short (fewer than
    six samples for 0.95), they are the interval and ``confidence`` says what they achieve: 0 for
    a single sample.

    Raises:
        ValueError: there is no sample, one is not finite, or ``confidence`` is not in (0, 1).
    """
    ordered = sorted(samples)
    if not ordered or not all(math.isfinite(sample) for sample in ordered):
        raise ValueError("a median needs at least one sample, and finite ones")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence!r}")
    rank, achieved = _rank(len(ordered), confidence)
    return MedianInterval(_median(ordered), ordered[rank - 1], ordered[-rank], achieved)


def series_interval(samples: Sequence[float]) -> MedianInterval:
    """Return the median of ``samples``, in the order in which they were taken, and its interval.

    From two samples a block on, the interval is spanned by the medians of ``BLOCKS`` blocks of
    samples that follow one another; fewer are taken as independent.

    Raises:
        ValueError: there is no sample, or one is not finite.
    """
    whole = median_interval(samples)
    count = len(samples)
    if count < 2 * BLOCKS:
        return whole
    cuts = [round(at * count / BLOCKS) for at in range(BLOCKS + 1)]
    blocks = [_median(sorted(samples[a:b])) for a, b in pairwise(cuts)]
    spanned = median_interval(blocks)
    return MedianInterval(
        whole.median,
        min(spanned.low, whole.median),
        max(spanned.high, whole.median),
        spanned.confidence,
    )


def _rank(count: int, confidence: float) -> tuple[int, float]:
    """Return the largest k whose interval reaches ``confidence`` (at least 1), and its own."""
    rank, achieved = 1, _coverage(1, count)
    below = 1
    while 2 * (rank + 1) <= count:
        below += math.comb(count, rank)
        next_achieved = _coverage(below, count)
        if next_achieved < confidence:
            break
        rank, achieved = rank + 1, next_achieved
    return rank, achieved


def _coverage(below: int, count: int) -> float:
    """Return 1 - 2 ``below`` / 2^``count``, where ``below`` sums the first k binomials."""
    return 1 - 2 * below / (1 << count)


def _median(ordered: list[float]) -> float:
    lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    # Halved before they are added, since the sum of two finite numbers can be infinite.
    return min(max(lower / 2 + upper / 2, lower), upper)
