"""Multiplies with a oneDNN that the machine has (Debian's libdnnl), by ctypes.

Its plain C functions are dnnl_sgemm and dnnl_gemm_u8s8s32 (dnnl.h of versions 2 and 3, which agree
on them); they choose VNNI and AMX where the processor has these. Other precisions need its
primitives, whose interface differs between versions, and are left to other libraries.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure import aligned
from gauger_probes.measure.backends.cpu import find, operands
from gauger_probes.measure.backends.cpu.library import UNIT_ROUNDOFF, Library, Product, plain_bytes
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.product import Matrix

_SONAMES = ("libdnnl.so.3", "libdnnl.so.2")
_FUNCTIONS = {Precision.FP32: "dnnl_sgemm", Precision.INT8: "dnnl_gemm_u8s8s32"}
_PLAIN, _FIXED_OFFSET = ctypes.c_char(b"N"), ctypes.c_char(b"F")


class _Version(ctypes.Structure):
    """The beginning of dnnl_version_t, which every version has."""

    _fields_ = (("major", ctypes.c_int), ("minor", ctypes.c_int), ("patch", ctypes.c_int))


@dataclass(frozen=True, slots=True)
class OneDnn:
    """A loaded libdnnl."""

    bench: Bench
    library: ctypes.CDLL
    name: str = "onednn"

    @property
    def threads(self) -> int:
        """One for each CPU, as OpenMP does by default."""
        return len(self.bench.cpus)

    def properties(self) -> Mapping[str, JsonValue]:
        """Return its version."""
        ask = self.library.dnnl_version
        ask.restype = ctypes.POINTER(_Version)
        stated = ask().contents
        return {"version": f"{stated.major}.{stated.minor}.{stated.patch}"}

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """Return the bytes of the three matrices."""
        return plain_bytes(precision, shape)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Product:
        """Prepare a call of the function for ``precision``.

        Raises:
            NotNativeError: it has none for ``precision``.
            MemoryError: there is no room.
        """
        if precision not in _FUNCTIONS:
            raise NotNativeError(f"oneDNN has no plain function for {precision}")
        generator = np.random.default_rng(seed)
        drawn = operands.draw(precision, shape, generator)
        whole = precision is Precision.INT8
        result: Matrix = aligned.full((shape.m, shape.n), np.int32 if whole else np.float32, -1)
        arguments = _integers if whole else _reals
        function = getattr(self.library, _FUNCTIONS[precision])
        return Product(
            method=f"oneDNN {_FUNCTIONS[precision]}",
            a=drawn.a,
            b=drawn.b,
            call=_Call(function, arguments(shape, drawn.a, drawn.b, result)),
            fetch=lambda: result,
            roundoff=0.0 if whole else UNIT_ROUNDOFF[precision],
            stopwatch=self.bench.stopwatch.wall,
            generator=generator,
        )


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[..., int]
    arguments: tuple[object, ...]

    def __call__(self) -> None:
        status = self.function(*self.arguments)
        if status != 0:
            raise WrongResultError(f"oneDNN refused to multiply: dnnl_status_t {status}")


def library(bench: Bench) -> Library:
    """Load oneDNN.

    Raises:
        LookupError: the machine has none.
    """
    return OneDnn(bench, find.load(bench.roots, _SONAMES))


def _reals(shape: Shape, a: Matrix, b: Matrix, c: Matrix) -> tuple[object, ...]:
    m, n, k = (ctypes.c_int64(side) for side in (shape.m, shape.n, shape.k))
    one, nothing = ctypes.c_float(1), ctypes.c_float(0)
    return (_PLAIN, _PLAIN, m, n, k, one, _at(a), k, _at(b), n, nothing, _at(c), n)


def _integers(shape: Shape, a: Matrix, b: Matrix, c: Matrix) -> tuple[object, ...]:
    m, n, k = (ctypes.c_int64(side) for side in (shape.m, shape.n, shape.k))
    one, nothing = ctypes.c_float(1), ctypes.c_float(0)
    none_a, none_b, none_c = ctypes.c_uint8(0), ctypes.c_int8(0), (ctypes.c_int32 * 1)(0)
    head = (_PLAIN, _PLAIN, _FIXED_OFFSET, m, n, k)
    return (*head, one, _at(a), k, none_a, _at(b), n, none_b, nothing, _at(c), n, none_c)


def _at(matrix: Matrix) -> ctypes.c_void_p:
    return ctypes.c_void_p(matrix.ctypes.data)
