"""The interval on a median: the published ranks, its laws, and how often it holds."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.measure.statistics import BLOCKS, median_interval, series_interval

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


@given(_SAMPLES)
def test_the_interval_of_a_series_encloses_the_same_median(samples: list[float]) -> None:
    found = series_interval(samples)
    assert found.median == median_interval(samples).median
    assert min(samples) <= found.low <= found.median <= found.high <= max(samples)


def test_a_series_that_is_short_is_taken_as_independent() -> None:
    short = [3.0, 1.0, 2.0, 5.0, 4.0, 6.0, 8.0, 7.0]
    assert series_interval(short) == median_interval(short)


def test_a_machine_that_slows_down_half_way_has_both_rates_in_its_interval() -> None:
    samples = [10.0 + at % 3 / 100 for at in range(300)] + [8.0 + at % 3 / 100 for at in range(300)]
    found = series_interval(samples)
    assert (found.low, found.high) == (8.01, 10.01)
    assert found.confidence == pytest.approx(1 - 2 * 0.5**BLOCKS)


def test_intervals_of_a_drifting_series_hold_where_those_of_independent_samples_do_not() -> None:
    """Samples scatter by 1 % around a rate that walks by 2 % over ten of them."""
    chance = random.Random(20_261_126)  # noqa: S311  a seed, so that it fails always or never
    held = {"series": 0, "independent": 0}
    for _ in range(300):
        drift, samples = chance.gauss(0, 2), []
        for _ in range(240):
            drift = 0.9 * drift + chance.gauss(0, 2 * math.sqrt(1 - 0.9**2))
            samples.append(100 + drift + chance.gauss(0, 1))
        for name, found in (
            ("series", series_interval(samples)),
            ("independent", median_interval(samples)),
        ):
            held[name] += found.low <= 100 <= found.high
    assert held["series"] >= 0.9 * 300
    assert held["independent"] < 0.6 * 300
