"""How each precision is multiplied: types, layouts, and how far rounding may bring the result.

Combinations of types, TN and the multiples are those of NVIDIA's cuBLAS documentation at
cublasLtMatmul(). Compute capabilities are those of the CUDA programming guide's tables of
arithmetic: tensor cores for bf16 and tf32 since 8.0, for fp8 since 8.9, for int8 since 7.5.

Tensor cores cut where IEEE 754 rounds, and how many bits they keep differs between generations
(M. Fasi et al., "Numerical behavior of NVIDIA tensor cores", PeerJ Computer Science 7:e330, 2021;
F. Khattak and M. Mikaitis, "Accurate Models of NVIDIA Tensor Cores", arXiv:2512.07004), so
``sum_unit`` leaves them room: 2⁻²⁰ for sums in fp32, and 2⁻¹³ for fp8, of whose sums Hopper keeps
about 14 bits (DeepSeek-V3 Technical Report, 2024), although the library promotes them to fp32 now
and then (CUBLASLT_MATMUL_DESC_FAST_ACCUM, left at its default, off).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gauger_probes.measure.backends.cuda.cublaslt_abi import (
    ComputeType,
    DataType,
    Implementation,
    Operation,
)
from gauger_probes.measure.backends.protocol import Precision

#: Bytes of an element.
SIZES: Mapping[DataType, int] = MappingProxyType(
    {
        DataType.R_64F: 8,
        DataType.R_32F: 4,
        DataType.R_32I: 4,
        DataType.R_16F: 2,
        DataType.R_16BF: 2,
        DataType.R_8I: 1,
        DataType.R_8F_E4M3: 1,
    }
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Whether each operand lies in memory as it is (N) or transposed (T); columns are together."""

    a: Operation
    b: Operation

    @property
    def name(self) -> str:
        """As BLAS spells it: NN, TN."""
        return self.a.name + self.b.name


NN = Layout(Operation.N, Operation.N)
TN = Layout(Operation.T, Operation.N)


@dataclass(frozen=True, slots=True)
class Format:
    """``multiple``: what every side of the matrices must be a multiple of.

    ``inputs`` are what an algorithm says of itself that really reads this precision: any of them.
    cuBLASLt 13.1 says ``INPUT_16F`` of what reads bf16 and fp8 on an H100, whose fp8 it then
    multiplies at 1.3 × 10¹⁵ FLOP/s, a third more than the device has for fp16.
    ``output_unit`` is the rounding unit of a stored result, ``sum_unit`` that of a sum.
    """

    element: DataType
    result: DataType
    compute: ComputeType
    scale: DataType
    capability: tuple[int, int]
    inputs: Implementation
    words: str
    output_unit: float
    sum_unit: float
    layouts: tuple[Layout, ...] = (NN, TN)
    multiple: int = 1
    scaled: bool = False


_TENSOR_SUM = 2.0**-20

FORMATS: Mapping[Precision, Format] = MappingProxyType(
    {
        Precision.FP16: Format(
            element=DataType.R_16F,
            result=DataType.R_16F,
            compute=ComputeType.F32,
            scale=DataType.R_32F,
            capability=(5, 3),
            inputs=Implementation.INPUT_16F,
            words="fp16 to fp16, fp32 accumulation",
            output_unit=2.0**-11,
            sum_unit=_TENSOR_SUM,
        ),
        Precision.BF16: Format(
            element=DataType.R_16BF,
            result=DataType.R_16BF,
            compute=ComputeType.F32,
            scale=DataType.R_32F,
            capability=(8, 0),
            inputs=Implementation.INPUT_16BF | Implementation.INPUT_16F,
            words="bf16 to bf16, fp32 accumulation",
            output_unit=2.0**-8,
            sum_unit=_TENSOR_SUM,
        ),
        Precision.FP8: Format(
            element=DataType.R_8F_E4M3,
            result=DataType.R_16BF,
            compute=ComputeType.F32,
            scale=DataType.R_32F,
            capability=(8, 9),
            inputs=Implementation.INPUT_8F_E4M3 | Implementation.INPUT_16F,
            words="e4m3 to bf16, fp32 accumulation, scales of 1 in device memory",
            output_unit=2.0**-8,
            sum_unit=2.0**-13,
            layouts=(TN,),
            multiple=16,
            scaled=True,
        ),
        Precision.INT8: Format(
            element=DataType.R_8I,
            result=DataType.R_32I,
            compute=ComputeType.I32,
            scale=DataType.R_32I,
            capability=(7, 5),
            inputs=Implementation.INPUT_8I,
            words="int8 to int32, int32 accumulation",
            output_unit=0.0,
            sum_unit=0.0,
            layouts=(TN,),
            multiple=4,
        ),
        Precision.TF32: Format(
            element=DataType.R_32F,
            result=DataType.R_32F,
            compute=ComputeType.F32_FAST_TF32,
            scale=DataType.R_32F,
            capability=(8, 0),
            inputs=Implementation.INPUT_TF32,
            words="tf32 in fp32 words to fp32, fp32 accumulation",
            output_unit=2.0**-24,
            sum_unit=_TENSOR_SUM,
        ),
        Precision.FP32: Format(
            element=DataType.R_32F,
            result=DataType.R_32F,
            compute=ComputeType.F32,
            scale=DataType.R_32F,
            capability=(5, 0),
            inputs=Implementation.INPUT_32F,
            words="fp32 to fp32, fp32 accumulation, no tf32",
            output_unit=2.0**-24,
            sum_unit=2.0**-24,
        ),
        Precision.FP64: Format(
            element=DataType.R_64F,
            result=DataType.R_64F,
            compute=ComputeType.F64,
            scale=DataType.R_64F,
            capability=(5, 0),
            inputs=Implementation.INPUT_64F,
            words="fp64 to fp64, fp64 accumulation",
            output_unit=2.0**-53,
            sum_unit=2.0**-53,
        ),
    }
)
