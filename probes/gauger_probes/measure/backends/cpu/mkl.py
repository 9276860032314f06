"""Multiplies with a oneMKL that the machine has: the C interface of its libmkl_rt, by ctypes.

It is the one library with a plain C function for each precision that reaches AMX and AVX-512.
Functions and constants: oneMKL developer reference for C, "BLAS-like extensions"
(cblas_gemm_s8u8s32, cblas_gemm_bf16bf16f32, cblas_gemm_f16f16f32) and mkl_cblas.h. Integers are of
32 bits (LP64), as libmkl_rt starts with.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure import aligned
from gauger_probes.measure.backends.cpu import find, operands
from gauger_probes.measure.backends.cpu.library import UNIT_ROUNDOFF, Product, plain_bytes
from gauger_probes.measure.backends.cpu.operands import Operands
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.product import Matrix
from gauger_probes.text import clean

_SONAMES = ("libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so")
_DISTRIBUTION = "mkl"
ROW_MAJOR, _COLUMN_MAJOR, NO_TRANS, TRANS, _FIX_OFFSET = 101, 102, 111, 112, 173
_VERSION_BYTES = 256
_MAX_THREADS = 65_536

_FUNCTIONS: Mapping[Precision, tuple[str, type[ctypes.c_double | ctypes.c_float]]] = {
    Precision.FP64: ("cblas_dgemm", ctypes.c_double),
    Precision.FP32: ("cblas_sgemm", ctypes.c_float),
    Precision.BF16: ("cblas_gemm_bf16bf16f32", ctypes.c_float),
    Precision.FP16: ("cblas_gemm_f16f16f32", ctypes.c_float),
    Precision.INT8: ("cblas_gemm_s8u8s32", ctypes.c_float),
}
#: Half precision is added up and returned in fp32; integers are exact.
_ROUNDOFF = dict.fromkeys(_FUNCTIONS, UNIT_ROUNDOFF[Precision.FP32]) | {
    Precision.FP64: UNIT_ROUNDOFF[Precision.FP64],
    Precision.INT8: 0.0,
}


@dataclass(frozen=True, slots=True)
class Mkl:
    """A loaded libmkl_rt."""

    bench: Bench
    library: ctypes.CDLL
    name: str = "mkl"

    @property
    def threads(self) -> int:
        """What the library states, else one for each CPU."""
        stated = int(self.library.MKL_Get_Max_Threads())
        return stated if 0 < stated <= _MAX_THREADS else len(self.bench.cpus)

    def properties(self) -> Mapping[str, JsonValue]:
        """Return what it says of itself, in words of its own."""
        text = ctypes.create_string_buffer(_VERSION_BYTES)
        self.library.MKL_Get_Version_String(text, _VERSION_BYTES - 1)
        return {"version": clean(text.value)}

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """Return the bytes of the three matrices."""
        return plain_bytes(precision, shape)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Product:
        """Prepare a call of the function for ``precision``.

        Raises:
            NotNativeError: this version has no such function.
            MemoryError: there is no room.
        """
        name = function_name(precision)
        if not hasattr(self.library, name):
            raise NotNativeError(f"this oneMKL has no {name}")
        generator = np.random.default_rng(seed)
        drawn = operands.draw(precision, shape, generator)
        result = _result(precision, shape)
        a, b = drawn.exact()
        return Product(
            method=f"oneMKL {name}",
            a=a,
            b=b,
            call=self._call(precision, shape, drawn, result),
            fetch=lambda: result,
            roundoff=_ROUNDOFF[precision],
            stopwatch=self.bench.stopwatch.wall,
            generator=generator,
        )

    def _call(
        self, precision: Precision, shape: Shape, drawn: Operands, result: Matrix
    ) -> Callable[[], object]:
        name, real = _FUNCTIONS[precision]
        function = getattr(self.library, name)
        function.restype = None
        m, n, k = (ctypes.c_int(side) for side in (shape.m, shape.n, shape.k))
        a, b, c = (ctypes.c_void_p(each.ctypes.data) for each in (drawn.a, drawn.b, result))
        plain = ctypes.c_int(NO_TRANS)
        if precision is not Precision.INT8:
            layout = ctypes.c_int(ROW_MAJOR)
            reals = (layout, plain, plain, m, n, k, real(1), a, k, b, n, real(0), c, n)
            return _Call(function, reals, (drawn, result))
        # Its first operand is signed and ours is the second: by columns, the product of the
        # transposed matrices the other way round is the same memory.
        layout, fixed = ctypes.c_int(_COLUMN_MAJOR), ctypes.c_int(_FIX_OFFSET)
        none, offset = ctypes.c_byte(0), np.zeros(1, np.int32)
        head = (layout, plain, plain, fixed, n, m, k, real(1), b, n, none, a, k, none)
        tail = (real(0), c, n, ctypes.c_void_p(offset.ctypes.data))
        return _Call(function, (*head, *tail), (drawn, result, offset))


@dataclass(frozen=True, slots=True)
class _Call:
    """A foreign function with its arguments, and what they point into."""

    function: Callable[..., object]
    arguments: tuple[object, ...]
    alive: tuple[object, ...]

    def __call__(self) -> object:
        return self.function(*self.arguments)


def function_name(precision: Precision) -> str:
    """Return the name of the function that multiplies ``precision``."""
    return _FUNCTIONS[precision][0]


def library(bench: Bench) -> Mkl:
    """Load oneMKL.

    Raises:
        LookupError: the machine has none.
    """
    return Mkl(bench, find.load(bench.roots, _SONAMES, _DISTRIBUTION))


def _result(precision: Precision, shape: Shape) -> Matrix:
    if precision is Precision.INT8:
        return aligned.full((shape.m, shape.n), np.int32, -1)
    dtype = np.float64 if precision is Precision.FP64 else np.float32
    return aligned.full((shape.m, shape.n), dtype, np.nan)
