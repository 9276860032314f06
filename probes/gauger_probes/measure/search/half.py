"""Half precision for the search, with a oneMKL that the machine has.

Its products of bf16 and fp16 are added up and returned in float32 (oneMKL developer reference for
C, cblas_gemm_bf16bf16f32 and cblas_gemm_f16f16f32), so that the best come in their true order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cpu import mkl, numpy_blas
from gauger_probes.measure.backends.cpu.operands import from_bfloat16, to_bfloat16
from gauger_probes.measure.backends.cpu.trial import choose, refuse_converted
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.search.scorers import Numbers
from gauger_probes.measure.search.templates import DIMENSIONS, Array, Floats

_INT, _FLOAT, _POINTER = ctypes.c_int, ctypes.c_float, ctypes.c_void_p
#: layout, trans a, trans b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc
_ARGUMENTS: tuple[Any, ...] = (
    *([_INT] * 6),
    *(_FLOAT, _POINTER, _INT, _POINTER, _INT),
    *(_FLOAT, _POINTER, _INT),
)


def _to_float16(vectors: Floats) -> Array:
    return vectors.astype(np.float16)


def _from_float16(halves: Array) -> Floats:
    return halves.astype(np.float32)


_CODES: Mapping[Precision, tuple[Callable[[Floats], Array], Callable[[Array], Floats]]] = {
    Precision.FP16: (_to_float16, _from_float16),
    Precision.BF16: (to_bfloat16, from_bfloat16),
}


def numbers(precision: Precision, library: mkl.Mkl) -> Numbers:
    """Return how ``library`` compares in ``precision``.

    Raises:
        NotNativeError: this version has no such function.
    """
    encode, decode = _CODES[precision]
    name = mkl.function_name(precision)
    if not hasattr(library.library, name):
        raise NotNativeError(f"this oneMKL has no {name}")
    function = library.library[name]
    function.argtypes, function.restype = _ARGUMENTS, None
    return Numbers(f"oneMKL {name}", 2, encode, decode, partial(_multiply, function))


def library(precision: Precision, bench: Bench) -> mkl.Mkl:
    """Return the library that searches in ``precision``.

    Raises:
        NotNativeError: the machine has none.
    """
    try:
        return mkl.library(bench)
    except LookupError as problem:
        raise NotNativeError(
            f"neither numpy nor onnxruntime searches in {precision}, nor is oneMKL here: {problem}"
        ) from problem


def stated(found: mkl.Mkl) -> JsonValue:
    """Return the name and version of the library as a JSON object."""
    return {"name": found.name, "kernel": None, **found.properties()}


def refuse_conversion(precision: Precision, limit_s: float, bench: Bench) -> None:
    """Multiply by it and by fp32 for about ``limit_s`` seconds.

    Raises:
        NotNativeError: it is no faster than fp32, as a library is that converts.
        WrongResultError: a product is wrong.
    """
    choice = choose((library(precision, bench),), precision, limit_s, bench)
    refuse_converted(choice, precision, numpy_blas.library(bench), limit_s, bench)


def _multiply(
    function: Callable[..., None], queries: Array, templates: Array, scores: Floats
) -> None:
    rows, columns = scores.shape
    a, b, c = (each.ctypes.data for each in (queries, templates, scores))
    sides = (rows, columns, DIMENSIONS)
    layout = (mkl.ROW_MAJOR, mkl.NO_TRANS, mkl.TRANS)
    function(*layout, *sides, 1.0, a, DIMENSIONS, b, DIMENSIONS, 0.0, c, columns)
