"""How each precision lies in memory, which types compute it, and random data in it.

Floating-point data is standard-normal; int8 is that times 32, rounded and cut off at ±127, so
that all eight bits are in use. Four int8 that follow one another along k share a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.opencl.devices import Device
from gauger_probes.measure.backends.protocol import NotNativeError, Precision

#: Standard deviation of int8 data, and what it is cut off at.
_SPREAD, _MOST = 32, 127


@dataclass(frozen=True, slots=True)
class Format:
    """``stored`` is an element in memory, of which each holds ``per_word`` values along k.

    ``unit`` is half the distance from 1 to the next number of the accumulator, 0 where sums are
    exact; ``settings`` and ``options`` are for the kernels' compiler.
    """

    precision: Precision
    stored: npt.DTypeLike
    result: npt.DTypeLike
    per_word: int
    unit: float
    arithmetic: str
    settings: Mapping[str, str | int] = field(default_factory=dict)
    options: str = ""

    @property
    def element_bytes(self) -> int:
        """Bytes of an element in memory."""
        return np.dtype(self.stored).itemsize

    @property
    def result_bytes(self) -> int:
        """Bytes of an element of the result."""
        return np.dtype(self.result).itemsize


_FP64 = Format(
    Precision.FP64,
    np.float64,
    np.float64,
    per_word=1,
    unit=2.0**-53,
    arithmetic="fp64 accumulate",
    settings={"OPERAND": "double", "SUM": "double", "FP64": 1},
)
_FP32 = Format(
    Precision.FP32,
    np.float32,
    np.float32,
    per_word=1,
    unit=2.0**-24,
    arithmetic="fp32 accumulate",
    settings={"OPERAND": "float", "SUM": "float"},
)
_FP16 = Format(
    Precision.FP16,
    np.float16,
    np.float16,
    per_word=1,
    unit=2.0**-11,
    arithmetic="fp16 accumulate",
    settings={"OPERAND": "half", "SUM": "half", "FP16": 1},
)
_INT8: Mapping[str, str | int] = {"OPERAND": "uint", "SUM": "int", "PACKED": 1}


def multiplied(precision: Precision, device: Device) -> Format:
    """Return how ``device`` multiplies in ``precision``.

    Raises:
        NotNativeError: it cannot, or its driver says that it does it in software.
    """
    if precision is Precision.FP32:
        return _FP32
    if precision is Precision.INT8:
        return packed(device)
    asked = {Precision.FP64: ("cl_khr_fp64", _FP64), Precision.FP16: ("cl_khr_fp16", _FP16)}
    if precision not in asked:
        raise NotNativeError(f"OpenCL has no arithmetic in {precision}")
    extension, known = asked[precision]
    if extension not in device.extensions:
        raise NotNativeError(f"{device.name} has no {extension}")
    if precision.value in device.soft:
        raise NotNativeError(f"{device.name} does {precision} in software (CL_FP_SOFT_FLOAT)")
    return known


def packed(device: Device) -> Format:
    """Return how ``device`` multiplies int8: with its dot product where it has a fast one."""
    dot = bool(device.dot_accelerated)
    how = "cl_khr_integer_dot_product" if dot else "plain multiplications, no dot product"
    return Format(
        Precision.INT8,
        np.uint32,
        np.int32,
        per_word=4,
        unit=0.0,
        arithmetic=f"int32 accumulate, {how}",
        settings={**_INT8, "DOT": 1} if dot else _INT8,
        options="-cl-std=CL3.0" if dot else "",
    )


def random_values(
    form: Format, shape: tuple[int, ...], generator: np.random.Generator
) -> npt.NDArray[Any]:
    """Return random values of ``form``'s precision; int8 are not packed yet."""
    if form.precision is Precision.INT8:
        return random_int8(shape, generator)
    if form.precision is Precision.FP64:
        return generator.standard_normal(shape)
    return generator.standard_normal(shape, dtype=np.float32).astype(form.stored)


def random_int8(shape: tuple[int, ...], generator: np.random.Generator) -> npt.NDArray[np.int8]:
    """Return random int8 values that use all eight bits, and keep to ±127."""
    drawn = generator.standard_normal(shape, dtype=np.float32) * _SPREAD
    return np.clip(np.rint(drawn), -_MOST, _MOST).astype(np.int8)
