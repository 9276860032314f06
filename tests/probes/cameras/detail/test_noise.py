"""The noise figures that everything else is read from, against noise of known size."""

from __future__ import annotations

import numpy as np
import pytest

from gauger_probes.cameras.detail import lattice, limits, noise, observable, repetition, spectrum
from gauger_probes.cameras.detail.noise import Frames


def _white(sigma: float, size: int = 512, count: int = 8) -> Frames:
    rng = np.random.default_rng(11)
    values = 100 + sigma * rng.standard_normal((count, size, size))
    return np.round(values).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("sigma", [1.0, 3.0, 8.0])
def test_sigma_is_the_noise_of_one_frame_with_its_rounding(sigma: float) -> None:
    found = noise.measure(_white(sigma))
    assert found.sigma == pytest.approx((sigma**2 + limits.ROUNDING_VARIANCE) ** 0.5, rel=0.01)
    assert found.usable.all()


def test_differences_of_white_noise_have_two_and_six_times_its_variance() -> None:
    plain, first, second = noise.variance_maps(noise.measure(_white(4.0)), 1)
    assert plain.shape == first.shape == second.shape == (512, 512)
    assert float(first.mean() / plain.mean()) == pytest.approx(2, rel=0.02)
    assert float(second.mean() / plain.mean()) == pytest.approx(6, rel=0.02)


def test_white_noise_has_a_flat_spectrum_and_no_line() -> None:
    found = noise.measure(_white(4.0))
    edges = spectrum.edges(found, limits.ROUNDING_VARIANCE, even_only=False)
    assert edges is not None
    assert edges.loss_db == pytest.approx(0, abs=0.5)
    assert edges.across.cutoff == edges.down.cutoff == 0.5
    (line,) = lattice.find(found).strongest(jpeg=False, count=1)
    assert line.strength < limits.MIN_LINE_RAW


def test_blocks_that_move_and_blocks_that_are_clipped_are_left_out() -> None:
    frames = _white(3.0)
    frames[::2, 64:128, 64:128] += np.uint8(80)
    frames[1::2, 64:128, 128:192] += np.uint8(80)
    frames[:, 256:320, 256:320] = 255
    found = noise.measure(frames)
    assert not found.usable[64:128, 64:192].any()
    assert not found.usable[256:320, 256:320].any()
    assert found.sigma == pytest.approx(3.0, rel=0.03)
    assert found.moving == pytest.approx(2 / 64, rel=0.01)
    assert found.clipped == pytest.approx(1 / 64, rel=0.01)


def test_the_observable_share_is_noise_over_the_largest_divisor_of_fine_detail() -> None:
    table = tuple(tuple(10 if max(v, h) < 6 else 20 for h in range(8)) for v in range(8))
    ratio = observable.ratio(noise.measure(_white(5.0)), table)
    assert ratio == pytest.approx(5.0 / 20, rel=0.02)


def test_a_still_or_black_picture_is_not_taken_for_repetition() -> None:
    assert repetition.factor(np.zeros((1, 300, 400), np.uint8)) is None
    assert repetition.factor(_white(3.0, count=1)) is None


def test_repetition_along_one_axis_gives_no_factor() -> None:
    assert repetition.factor(_white(3.0, count=1).repeat(2, axis=2)) is None
    twice = _white(3.0, count=1).repeat(2, axis=2).repeat(2, axis=1)
    assert repetition.factor(twice) == pytest.approx(2.0, rel=0.01)
