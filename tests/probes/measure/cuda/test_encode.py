"""Narrow types by their bits, against values that others publish or that follow from IEEE 754."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.measure.backends.cuda import encode
from gauger_probes.measure.backends.cuda.encode import ENCODINGS
from gauger_probes.measure.backends.protocol import Precision


def single(*values: float) -> encode.Floats:
    """Return ``values`` as binary32."""
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("value", "bits"),
    [
        (0.0, 0x0000),
        (-0.0, 0x8000),
        (1.0, 0x3F80),
        (-2.0, 0xC000),
        (3.140625, 0x4049),
        (1 + 2**-8, 0x3F80),  # half-way: to the even one below
        (1 + 3 * 2**-8, 0x3F82),  # half-way: to the even one above
        (1 + 2**-8 + 2**-20, 0x3F81),
    ],
)
def test_bfloat16_is_the_nearest_upper_half_of_a_binary32(value: float, bits: int) -> None:
    assert encode.to_bfloat16(single(value)).tolist() == [bits]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (1.0, 1.0),
        (1 + 2**-11, 1.0),
        (1 + 3 * 2**-11, 1 + 2**-9),
        (-(1 + 2**-11 + 2**-20), -(1 + 2**-10)),
        (2**-126, 2**-126),
    ],
)
def test_tf32_has_ten_bits_of_fraction(value: float, rounded: float) -> None:
    assert encode.to_tf32(single(value)).tolist() == [rounded]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0.0, 0x00),
        (-0.0, 0x80),
        (2**-9, 0x01),  # the smallest
        (7 * 2**-9, 0x07),  # the largest subnormal
        (2**-6, 0x08),  # the smallest normal
        (1.0, 0x38),
        (-1.0, 0xB8),
        (448.0, 0x7E),  # the largest
        (1e6, 0x7E),
        (-1e6, 0xFE),
        (2**-10, 0x00),  # half-way to the smallest: to the even zero
        (3 * 2**-10, 0x02),
        (1 + 1 / 16, 0x38),
        (1 + 3 / 16, 0x3A),
        (440.0, 0x7E),
    ],
)
def test_e4m3_is_as_its_publication_says(value: float, code: int) -> None:
    assert encode.to_e4m3(single(value)).tolist() == [code]


def test_what_is_drawn_becomes_e4m3_as_if_it_had_been_drawn_in_fp16() -> None:
    drawn = np.random.default_rng(3).standard_normal(100_000, np.float32)
    halves = drawn.astype(np.float16).astype(np.float32)
    assert np.array_equal(encode.drawn_e4m3(drawn), encode.to_e4m3(halves))


def test_every_e4m3_number_is_read_and_written_as_itself() -> None:
    codes = np.array([code for code in range(256) if code & 0x7F != 0x7F], np.uint8)
    numbers = encode.from_e4m3(codes)
    assert np.array_equal(encode.to_e4m3(numbers.astype(np.float32)), codes)
    assert numbers[:127].max() == 448
    assert np.all(np.diff(numbers[:127]) > 0)


@given(st.floats(-500, 500, width=32))
def test_no_other_e4m3_number_is_nearer(value: float) -> None:
    codes = np.array([code for code in range(256) if code & 0x7F != 0x7F], np.uint8)
    chosen = encode.from_e4m3(encode.to_e4m3(single(value)))[0]
    assert abs(chosen - value) == np.min(np.abs(encode.from_e4m3(codes) - value))


@given(st.floats(-(2.0**100), 2.0**100, width=32))
def test_bfloat16_is_off_by_half_a_unit_at_most(value: float) -> None:
    stored = encode.from_bfloat16(encode.to_bfloat16(single(value)))[0]
    assert abs(stored - value) <= abs(value) * 2.0**-8 + 2.0**-134


@given(st.integers(0, 0xFFFF).filter(lambda bits: bits & 0x7F80 != 0x7F80))
def test_a_finite_bfloat16_reads_as_the_binary32_that_it_begins(bits: int) -> None:
    (number,) = struct.unpack(">f", struct.pack(">HH", bits, 0))
    assert encode.from_bfloat16(np.array([bits], np.uint16))[0] == number


def test_int8_data_is_spread_over_its_range_and_stays_inside() -> None:
    assert encode.to_int8(single(0, 1, -1, 3.9, 4, -9, 0.0156)).tolist() == [
        *(0, 32, -32, 125, 127, -127, 0)
    ]


@pytest.mark.parametrize("precision", list(Precision))
def test_random_data_stays_what_it_is_when_stored_twice(precision: Precision) -> None:
    encoding = ENCODINGS[precision]
    stored = encoding.store(np.random.default_rng(1).standard_normal(5000, np.float32))
    if precision is not Precision.INT8:
        again = encoding.store(encoding.read(stored).astype(np.float32))
        assert np.array_equal(stored, again)
    numbers = encoding.read(stored)
    assert np.all(np.isfinite(numbers))
    # Never zeros: a device that multiplies them is cooler and faster.
    assert np.count_nonzero(numbers) > 4900
