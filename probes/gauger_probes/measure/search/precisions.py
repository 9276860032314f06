"""In which precisions the processors search a gallery, and why not in the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure import blas, onnx_session
from gauger_probes.measure.backends.cpu.units import lacks, needs_unit, widest
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.precisions import flags
from gauger_probes.measure.search import half
from gauger_probes.measure.search.gallery import MakeScorer
from gauger_probes.measure.search.scorers import SINGLE, FloatScorer, Numbers, WholeScorer
from gauger_probes.measure.search.templates import DIMENSIONS
from gauger_probes.roots import Roots

#: What is tried, in this order.
TRIED = (Precision.FP32, Precision.INT8, Precision.FP16, Precision.BF16)
#: Bytes of one number of a template.
WIDTHS: Mapping[Precision, int] = {
    Precision.FP32: 4,
    Precision.FP16: 2,
    Precision.BF16: 2,
    Precision.INT8: 1,
}


@dataclass(frozen=True, slots=True)
class Way:
    """How a precision is searched: what makes a part, bytes of memory for each template there.

    ``batches`` are the numbers of queries that are tried, upwards; 1 is always among them.
    ``library`` returns its name, version and kernel as a JSON object.
    """

    make: MakeScorer
    method: str
    bytes_each: int
    batches: tuple[int, ...]
    library: Callable[[], JsonValue]


def way(precision: Precision, bench: Bench) -> Way:
    """Return how ``precision`` is searched on these processors.

    Raises:
        NotNativeError: they have no unit for it, or no library at hand searches with it.
    """
    why = lacks(precision, flags(bench.roots))
    if why is not None:
        raise NotNativeError(why)
    if precision is Precision.INT8:
        whole = WholeScorer
        return Way(whole, whole.method, whole.bytes_each, whole.batches, _onnxruntime)
    if precision is Precision.FP32:
        return _floats(SINGLE, _blas)
    # onnxruntime 1.32 converts fp16 to fp32 on AVX2, and has no bf16 MatMul for processors.
    found = half.library(precision, bench)
    return _floats(half.numbers(precision, found), partial(half.stated, found))


def _floats(numbers: Numbers, library: Callable[[], JsonValue]) -> Way:
    make = partial(FloatScorer, numbers=numbers)
    return Way(make, numbers.method, DIMENSIONS * numbers.width, FloatScorer.batches, library)


def _blas() -> JsonValue:
    found = blas.find()
    return {"name": found.name, "version": found.version, "kernel": found.kernel}


def _onnxruntime() -> JsonValue:
    return {"name": "onnxruntime", "version": onnx_session.version(), "kernel": None}


def refuse_conversion(precision: Precision, limit_s: float, bench: Bench) -> None:
    """Take about ``limit_s`` seconds to see whether ``precision`` is multiplied as itself.

    Raises:
        NotNativeError: what searches in it converts it to fp32.
        WrongResultError: it multiplies wrongly.
    """
    if needs_unit(precision):
        half.refuse_conversion(precision, limit_s, bench)


def unit(precision: Precision, roots: Roots) -> JsonValue:
    """Return the widest unit that the processors list for ``precision``, as a JSON object."""
    found = widest(precision, flags(roots))
    return None if found is None else found.described()
