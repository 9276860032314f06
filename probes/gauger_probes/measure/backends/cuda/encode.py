"""Numbers as the narrow types keep them, made and read on the host by their bits.

numpy has none of bfloat16, tf32 and e4m3. Layouts: bfloat16 is the upper half of an IEEE 754
binary32; tf32 is one with 10 bits of fraction; e4m3 has 4 bits of exponent (bias 7), 3 of
fraction, no infinities and one NaN (P. Micikevicius et al., "FP8 Formats for Deep Learning",
2022, table 1). All round to nearest, ties to even.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.protocol import Precision

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Stored: TypeAlias = npt.NDArray[Any]

#: One standard deviation of int8 data: ±127 lies four of them out.
_INT8_DEVIATION = 32


@dataclass(frozen=True, slots=True)
class Encoding:
    """How standard-normal numbers become stored elements, and stored elements exact numbers."""

    store: Callable[[Any], Stored]
    read: Callable[[Stored], Doubles]


def to_bfloat16(values: Floats) -> npt.NDArray[np.uint16]:
    """Return finite ``values`` as bfloat16."""
    return (_rounded(values, 16) >> np.uint32(16)).astype(np.uint16)


def from_bfloat16(stored: Stored) -> Doubles:
    """Return bfloat16 elements as numbers."""
    bits: npt.NDArray[np.uint32] = stored.astype(np.uint32) << np.uint32(16)
    values: Doubles = bits.view(np.float32).astype(np.float64)
    return values


def to_tf32(values: Floats) -> Floats:
    """Return finite ``values`` with 10 bits of fraction, so that no device shortens them."""
    return _rounded(values, 13).view(np.float32)


def to_e4m3(values: Floats) -> npt.NDArray[np.uint8]:
    """Return ``values`` as e4m3; what is beyond ±448 becomes that."""
    magnitude = np.abs(values).astype(np.float64)
    code = np.searchsorted(_E4M3_HALFWAY, magnitude)
    # Half-way between two, the search stops at the lower one.
    last = len(_E4M3_HALFWAY)
    tie = (code < last) & (_E4M3_HALFWAY[np.minimum(code, last - 1)] == magnitude)
    code += tie & (code % 2 == 1)
    return (code | np.where(np.signbit(values), 0x80, 0)).astype(np.uint8)


def drawn_e4m3(values: Floats) -> npt.NDArray[np.uint8]:
    """Return finite ``values`` as e4m3 by way of fp16: what is drawn may be rounded twice.

    A table of all fp16 is a hundred times as fast as a search, of which a matrix took a second.
    """
    return _e4m3_of_halves()[values.astype(np.float16).view(np.uint16)]


@cache
def _e4m3_of_halves() -> npt.NDArray[np.uint8]:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    return to_e4m3(np.nan_to_num(halves.astype(np.float32)))


def from_e4m3(stored: Stored) -> Doubles:
    """Return e4m3 elements (none of them the NaN) as numbers."""
    magnitude: Doubles = _E4M3[stored & np.uint8(0x7F)]
    signed: Doubles = np.where(stored & np.uint8(0x80), -magnitude, magnitude)
    return signed


def to_int8(values: Floats) -> npt.NDArray[np.int8]:
    """Return ``values`` × 32, rounded, no further out than ±127."""
    return np.clip(np.rint(values * _INT8_DEVIATION), -127, 127).astype(np.int8)


def _rounded(values: Floats, dropped: int) -> npt.NDArray[np.uint32]:
    """Return the bits of ``values`` with the lowest ``dropped`` rounded away and zero."""
    bits = np.ascontiguousarray(values).view(np.uint32)
    odd = (bits >> np.uint32(dropped)) & np.uint32(1)
    rounded = bits + np.uint32((1 << (dropped - 1)) - 1) + odd
    return rounded & ~np.uint32((1 << dropped) - 1)


def _e4m3_magnitudes() -> Doubles:
    codes = np.arange(0x7F)
    exponent, fraction = codes >> 3, codes & 7
    subnormal = fraction * 2.0**-9
    normal = (1 + fraction / 8) * 2.0 ** (exponent - 7)
    return np.where(exponent == 0, subnormal, normal)


_E4M3 = _e4m3_magnitudes()
_E4M3_HALFWAY = (_E4M3[:-1] + _E4M3[1:]) / 2


def _as_double(stored: Stored) -> Doubles:
    return stored.astype(np.float64)


ENCODINGS: Mapping[Precision, Encoding] = MappingProxyType(
    {
        Precision.FP64: Encoding(_as_double, _as_double),
        Precision.FP32: Encoding(lambda values: values, _as_double),
        Precision.TF32: Encoding(to_tf32, _as_double),
        Precision.FP16: Encoding(lambda values: values.astype(np.float16), _as_double),
        Precision.BF16: Encoding(to_bfloat16, from_bfloat16),
        Precision.FP8: Encoding(drawn_e4m3, from_e4m3),
        Precision.INT8: Encoding(to_int8, _as_double),
    }
)
