"""In which precisions the processors search a gallery, and why not in the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cpu.units import lacks, widest
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.precisions import flags
from gauger_probes.measure.search.gallery import MakeScorer
from gauger_probes.measure.search.scorers import FloatScorer, WholeScorer
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
    """

    make: MakeScorer
    method: str
    bytes_each: int
    batches: tuple[int, ...]


_WAYS: Mapping[Precision, type[FloatScorer | WholeScorer]] = {
    Precision.FP32: FloatScorer,
    Precision.INT8: WholeScorer,
}


def way(precision: Precision, roots: Roots) -> Way:
    """Return how ``precision`` is searched on these processors.

    Raises:
        NotNativeError: they have no unit for it, or no library at hand searches with it.
    """
    why = lacks(precision, flags(roots))
    if why is not None:
        raise NotNativeError(why)
    scorer = _WAYS.get(precision)
    if scorer is None:
        # onnxruntime 1.32 converts fp16 to fp32 on AVX2, and has no bf16 MatMul for processors.
        raise NotNativeError(f"neither numpy nor onnxruntime searches in {precision}")
    return Way(scorer, scorer.method, scorer.bytes_each, scorer.batches)


def unit(precision: Precision, roots: Roots) -> JsonValue:
    """Return the widest unit that the processors list for ``precision``, as a JSON object."""
    found = widest(precision, flags(roots))
    return None if found is None else found.described()
