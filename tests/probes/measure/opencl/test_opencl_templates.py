"""How templates lie in memory, and what their elements are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gauger_probes.measure.backends.opencl.devices import Device, find_devices
from gauger_probes.measure.backends.opencl.formats import packed, random_int8
from gauger_probes.measure.backends.opencl.templates import ROOM, laid_out, templates
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.roots import Roots
from support.opencl_stand_in import StandIn

SEARCHED = [Precision.FP32, Precision.FP16, Precision.BF16, Precision.INT8]


@pytest.fixture
def card(stand_in: StandIn, roots: Roots) -> Device:
    return find_devices(stand_in.library, roots).devices[0]


def test_within_a_group_the_steps_lie_outermost() -> None:
    elements = np.arange(2 * ROOM * 3).reshape(2 * ROOM, 3)
    flat = laid_out(elements).ravel()
    for template, step in ((0, 0), (5, 2), (ROOM - 1, 1), (ROOM, 0), (2 * ROOM - 1, 2)):
        group, lane = divmod(template, ROOM)
        assert flat[(group * 3 + step) * ROOM + lane] == elements[template, step]


def test_bfloat16_is_the_nearest_there_is(card: Device) -> None:
    form = templates(Precision.BF16, card)
    exact = form.exact(form.draw((64, 128), np.random.default_rng(1)))
    same = np.random.default_rng(1).standard_normal((64, 128), dtype=np.float32)
    assert not np.any(exact.view(np.uint32) & 0xFFFF)
    spacing = np.exp2(np.floor(np.log2(np.abs(same))) - 7)
    assert np.all(np.abs(exact - same) <= spacing / 2)


def test_int8_values_are_packed_in_their_order(card: Device) -> None:
    form = templates(Precision.INT8, card)
    words = form.draw((3, 2), np.random.default_rng(1))
    values = form.exact(words)
    assert values.shape == (3, 8)
    assert values[1, 6] == np.int8((int(words[1, 1]) >> 16 & 0xFF) - (words[1, 1] >> 23 & 1) * 256)


def test_int8_data_uses_all_bits_and_keeps_to_its_bounds() -> None:
    drawn = random_int8((1_000_000,), np.random.default_rng(1))
    assert (drawn.min(), drawn.max()) == (-127, 127)
    assert len(np.unique(drawn)) == 255


@pytest.mark.parametrize("precision", SEARCHED)
def test_dimensions_that_do_not_fill_a_word_are_rounded_up(
    card: Device, precision: Precision
) -> None:
    form = templates(precision, card)
    assert form.steps(512) == 512 // form.per_word
    assert form.steps(509) * form.per_word >= 509


@pytest.mark.parametrize("precision", [each for each in Precision if each not in SEARCHED])
def test_precisions_that_nobody_stores_templates_in_are_not_searched(
    card: Device, precision: Precision
) -> None:
    with pytest.raises(NotNativeError, match=precision):
        templates(precision, card)


@pytest.mark.parametrize(("fast", "dot"), [(None, False), (False, False), (True, True)])
def test_the_dot_product_is_taken_only_where_the_device_says_that_it_is_fast(
    card: Device, fast: bool | None, dot: bool
) -> None:
    form = packed(replace(card, dot_accelerated=fast))
    assert ("DOT" in form.settings) is dot
    assert ("CL3.0" in form.options) is dot
