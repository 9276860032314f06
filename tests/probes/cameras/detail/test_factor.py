"""The scale factor from lattice lines: every common factor, and ties that the cut-off breaks."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.factor import folded, solve
from gauger_probes.cameras.detail.lattice import Lines


def _lines(*frequencies: float) -> Lines:
    grid = np.arange(limits.GRID_FROM, limits.GRID_TO, limits.GRID_STEP)
    both = np.ones_like(grid)
    for place, frequency in enumerate(frequencies):
        both[np.abs(grid - frequency) < limits.LINE_WIDTH] = 100.0 / (place + 1)
    return Lines(grid, both, both)


@pytest.mark.parametrize("factor", [1.25, 4 / 3, 1.5, 5 / 3, 1.875, 2.0, 2.25, 2.4, 3.0])
def test_a_factor_is_found_again_from_the_two_lines_that_it_leaves(factor: float) -> None:
    lines = _lines(folded(1 / factor), folded(0.5 / factor))
    assert solve(lines, False, limits.USUAL_CUTOFF / factor) == pytest.approx(factor, rel=0.005)


def test_a_single_line_at_a_third_is_1_5_or_3_by_the_cut_off() -> None:
    lines = _lines(1 / 3)
    assert solve(lines, False, 0.31) == pytest.approx(1.5)
    assert solve(lines, False, 0.155) == pytest.approx(3.0)


def test_lines_at_0_2_and_0_4_are_1_25_or_2_5_by_the_cut_off() -> None:
    lines = _lines(0.2, 0.4)
    assert solve(lines, False, 0.37) == pytest.approx(1.25)
    assert solve(lines, False, 0.19) == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("frequency", "shown"), [(0.3, 0.3), (0.5, 0.5), (0.8, 0.2), (1.25, 0.25), (1.0, 0.0)]
)
def test_a_frequency_folds_at_half_a_cycle_per_pixel(frequency: float, shown: float) -> None:
    assert folded(frequency) == pytest.approx(shown)
