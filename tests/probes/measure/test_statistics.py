"""The interval on a median: the published ranks, its laws, and how often it holds."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.measure.statistics import median_interval

_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_SAMPLES = st.lists(_FINITE, min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("count", "low", "high", "confidence"),
    [
        # B(n, 1/2) by hand: 1 - 2 (1 + n + …) / 2^n.
        (6, 1, 6, 1 - 2 / 64),
        (8, 1, 8, 1 - 2 / 256),
        (9, 2, 8, 1 - 20 / 512),
        (10, 2, 9, 1 - 22 / 1024),
        (20, 6, 15, 1 - 2 * 21700 / 2**20),
    ],
)
def test_the_interval_has_the_ranks_of_the_binomial_distribution(
    count: int, low: int, high: int, confidence: float
) -> None:
    found = median_interval(range(1, count + 1))
    assert (found.low, found.high) == (low, high)
    assert found.confidence == pytest.approx(confidence)


@pytest.mark.parametrize("count", range(1, 6))
def test_few_samples_give_their_extremes_and_the_confidence_really_achieved(count: int) -> None:
    found = median_interval(range(count))
    assert (found.low, found.high) == (0, count - 1)
    assert found.confidence == pytest.approx(1 - 2 * 0.5**count)
    assert found.confidence < 0.95


def test_a_single_sample_has_no_confidence_at_all() -> None:
    assert median_interval([7.0]) == (7.0, 7.0, 7.0, 0.0)


@given(_SAMPLES)
def test_the_median_lies_within_its_interval_and_that_within_the_samples(
    samples: list[float],
) -> None:
    found = median_interval(samples)
    assert min(samples) <= found.low <= found.median <= found.high <= max(samples)


@given(_SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(
    samples: list[float], chance: random.Random
) -> None:
    shuffled = samples.copy()
    chance.shuffle(shuffled)
    assert median_interval(shuffled) == median_interval(samples)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=60))
def test_the_median_is_that_of_the_standard_library(samples: list[float]) -> None:
    found = median_interval(samples).median
    assert found == pytest.approx(statistics.median(samples), rel=1e-12, abs=1e-300)


@given(_SAMPLES)
def test_more_confidence_never_narrows_the_interval(samples: list[float]) -> None:
    wide, narrow = median_interval(samples, 0.99), median_interval(samples, 0.9)
    assert wide.low <= narrow.low <= narrow.high <= wide.high


@given(st.integers(6, 400), st.sampled_from([0.9, 0.95, 0.968]))
def test_from_six_samples_on_at_least_the_asked_confidence_is_achieved(
    count: int, confidence: float
) -> None:
    assert median_interval(range(count), confidence).confidence >= confidence


def test_a_thousand_samples_give_the_interval_of_the_normal_approximation() -> None:
    found = median_interval(range(1000))
    half_width = 1.96 * math.sqrt(1000) / 2
    assert found.low == pytest.approx(499.5 - half_width, abs=1.5)
    assert found.high == pytest.approx(499.5 + half_width, abs=1.5)


@pytest.mark.parametrize("count", [7, 15, 40])
def test_simulated_intervals_enclose_the_true_median_as_often_as_they_say(count: int) -> None:
    chance = random.Random(20240229 + count)  # noqa: S311 (a simulation, not a secret)
    rounds, held, promised = 4000, 0, 0.0
    for _ in range(rounds):
        # Skewed on purpose: a normal interval would miss.
        found = median_interval([chance.expovariate(1.0) for _ in range(count)])
        held += found.low <= math.log(2) <= found.high
        promised = found.confidence
    assert promised >= 0.95
    # Three standard errors of a proportion of 0.95 over 4,000 rounds.
    assert held / rounds == pytest.approx(promised, abs=0.0103)


@pytest.mark.parametrize("samples", [[], [1.0, math.nan], [math.inf]])
def test_what_has_no_median_is_refused(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        median_interval(samples)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, math.nan])
def test_a_confidence_that_is_no_probability_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        median_interval([1.0], confidence)
