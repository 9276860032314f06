"""Templates for a search: how each precision lies in memory, and random ones.

Floating-point templates are multiplied in fp32, whatever they are stored in; int8 are packed four
to a word and added up in int32. bfloat16 is the upper half of an fp32, rounded to the nearest,
ties to even.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.opencl.devices import Device
from gauger_probes.measure.backends.opencl.formats import packed, random_int8
from gauger_probes.measure.backends.protocol import NotNativeError, Precision

#: Templates of a group; their elements of one dimension lie side by side (``scan.cl``).
ROOM = 256

Values = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Templates:
    """How templates of one precision are made, stored and multiplied.

    ``draw`` makes random elements, each of ``per_word`` values; ``exact`` are their values;
    ``score`` is the type of a product. ``settings`` and ``options`` are
    for the compiler of ``scan.cl``.
    """

    draw: Callable[[tuple[int, int], np.random.Generator], Values]
    exact: Callable[[Values], Values]
    score: npt.DTypeLike
    per_word: int
    arithmetic: str
    settings: Mapping[str, str | int]
    options: str = ""

    def steps(self, dimensions: int) -> int:
        """Elements of a template of so many dimensions."""
        return -(-dimensions // self.per_word)


def templates(precision: Precision, device: Device) -> Templates:
    """Return how ``device`` searches templates of ``precision``.

    Raises:
        NotNativeError: it does not.
    """
    if precision is Precision.INT8:
        form = packed(device)
        settings = {**form.settings, **_WHOLE}
        return Templates(_int8, _int8_values, np.int32, 4, form.arithmetic, settings, form.options)
    if precision not in _FLOATS:
        raise NotNativeError(f"OpenCL searches no templates of {precision}")
    return _FLOATS[precision]


def laid_out(elements: Values) -> Values:
    """Return ``elements`` (templates × steps) as groups of ``ROOM``, the steps outermost in each.

    The number of templates must be a multiple of ``ROOM``.
    """
    groups = elements.reshape(-1, ROOM, elements.shape[1])
    return np.ascontiguousarray(groups.transpose(0, 2, 1))


def _fp32(shape: tuple[int, int], generator: np.random.Generator) -> Values:
    return generator.standard_normal(shape, dtype=np.float32)


def _fp16(shape: tuple[int, int], generator: np.random.Generator) -> Values:
    return _fp32(shape, generator).astype(np.float16)


def _bf16(shape: tuple[int, int], generator: np.random.Generator) -> Values:
    bits = _fp32(shape, generator).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def _int8(shape: tuple[int, int], generator: np.random.Generator) -> Values:
    return random_int8((*shape, 4), generator).view(np.uint32)[..., 0]


def _float_values(elements: Values) -> Values:
    return elements.astype(np.float32)


def _bf16_values(elements: Values) -> Values:
    return (elements.astype(np.uint32) << 16).view(np.float32)


def _int8_values(elements: Values) -> Values:
    return np.ascontiguousarray(elements).view(np.int8)


_WHOLE: Mapping[str, str | int] = {"STORED": "uint", "WORD": "uint", "LEAST": "INT_MIN"}
_FLOAT: Mapping[str, str | int] = {"WORD": "float", "SUM": "float", "LEAST": "(-INFINITY)"}
_IN_FP32 = "multiplied and added in fp32"
_FLOATS = {
    Precision.FP32: Templates(
        *(_fp32, _float_values, np.float32, 1, _IN_FP32), settings={**_FLOAT, "STORED": "float"}
    ),
    Precision.FP16: Templates(
        *(_fp16, _float_values, np.float32, 1, _IN_FP32),
        settings={**_FLOAT, "STORED": "ushort", "HALVES": 1},
    ),
    Precision.BF16: Templates(
        *(_bf16, _bf16_values, np.float32, 1, _IN_FP32),
        settings={**_FLOAT, "STORED": "ushort", "BRAINS": 1},
    ),
}
