"""The bar keeps its side: below the threshold is left of it, at or above is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.report.bar import bar
from gauger_agent.report.figures import ratio, si, span

margins = st.floats(1e-9, 1e9, allow_nan=False)


@given(margins, st.text("0123456789 ", max_size=40), st.integers(10, 60))
def test_a_bar_has_its_width_and_one_marker_on_the_right_side(
    margin: float, label: str, width: int
) -> None:
    drawn = bar(margin, label, width)
    assert len(drawn) == width
    assert drawn.count("●") == 1
    assert (drawn.index("●") < width // 2) == (margin < 1)


@given(margins, margins)
def test_a_larger_margin_is_never_drawn_farther_left(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert bar(low, "70").index("●") <= bar(high, "70").index("●")


def test_an_unknown_value_has_no_marker() -> None:
    assert "●" not in bar(None, "4 800")


@pytest.mark.parametrize(
    ("margin", "text"),
    [(3.298, "×3.3"), (0.9951, "0.5 % under"), (1.04, "4.0 % over"), (0.04, "×0.04"), (None, "")],
)
def test_ratios_near_the_threshold_are_in_percent(margin: float | None, text: str) -> None:
    assert ratio(margin) == text


def test_si_prefixes() -> None:
    assert si(6.1e12, "FLOP/s") == "6.1 TFLOP/s"
    assert si(600e9, "B/s") == "600 GB/s"


def test_what_is_counted_takes_no_prefix() -> None:
    assert si(10_498.2, "1/s") == "10 498 1/s"
    assert si(7.28, "1/s") == "7.28 1/s"


def test_an_interval_that_reaches_beyond_its_prefix_is_written_out() -> None:
    assert span(9.91e11, 9.38e11, 1.011e12, "FLOP/s") == "991 GFLOP/s (938–1 011)"
    assert span(9.91e11, 9.38e11, 9.96e11, "FLOP/s") == "991 GFLOP/s (938–996)"
