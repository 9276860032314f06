"""How templates of each precision are compared: those of products, but with scores of 32 bits.

fp16 and bf16 to fp32, in fp32: NVIDIA's cuBLAS documentation at cublasLtMatmul(), table of types.
Templates lie one after the other, which to BLAS is a transposed matrix, so that TN is the layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from gauger_probes.measure.backends.cuda.cublaslt_abi import DataType
from gauger_probes.measure.backends.cuda.formats import FORMATS, TN, Format
from gauger_probes.measure.backends.protocol import Precision

#: Bytes of a score.
SCORE_BYTES = 4


def _scored(precision: Precision, words: str | None = None) -> Format:
    form = replace(FORMATS[precision], layouts=(TN,))
    if words is None:
        return form
    return replace(form, result=DataType.R_32F, words=words, output_unit=2.0**-24)


SEARCHED: Mapping[Precision, Format] = MappingProxyType(
    {
        Precision.FP32: _scored(Precision.FP32),
        Precision.FP16: _scored(Precision.FP16, "fp16 to fp32, fp32 accumulation"),
        Precision.BF16: _scored(Precision.BF16, "bf16 to fp32, fp32 accumulation"),
        Precision.INT8: _scored(Precision.INT8),
    }
)
