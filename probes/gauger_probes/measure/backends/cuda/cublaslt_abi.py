"""The part of cuBLASLt's interface that is used: symbols, attributes, types, error numbers.

From NVIDIA's cublasLt.h, cublas_api.h and library_types.h (the same in 12.9 and 13.10, whose
libraries this was tried against without a device: see docs/reference/nvidia-on-silicon.md).
"""

from __future__ import annotations

from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_float,
    c_int,
    c_int64,
    c_size_t,
    c_uint64,
    c_void_p,
)
from enum import IntEnum, IntFlag

from gauger_probes.measure.backends.cuda.native import Call

_HANDLE = c_void_p
_OUT = POINTER(c_void_p)
_DEVICE_POINTER = c_void_p


class DataType(IntEnum):
    """cudaDataType"""

    R_32F = 0
    R_64F = 1
    R_16F = 2
    R_8I = 3
    R_32I = 10
    R_16BF = 14
    R_8F_E4M3 = 28


class ComputeType(IntEnum):
    """cublasComputeType_t"""

    F32 = 68
    F64 = 70
    I32 = 72
    F32_FAST_TF32 = 77


class Operation(IntEnum):
    """cublasOperation_t"""

    N = 0
    T = 1


class DescAttribute(IntEnum):
    """cublasLtMatmulDescAttributes_t; the size of each in its own comment there."""

    TRANSA = 3
    TRANSB = 4
    A_SCALE_POINTER = 17
    B_SCALE_POINTER = 18


class PreferenceAttribute(IntEnum):
    """cublasLtMatmulPreferenceAttributes_t"""

    MAX_WORKSPACE_BYTES = 1


#: cublasLtMatmulAlgoCapAttributes_t, CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS
CAP_NUMERICAL_IMPL_FLAGS = 15


class Implementation(IntFlag):
    """cublasLtNumericalImplFlags_t: how an algorithm computes."""

    FMA = 1 << 0
    HMMA = 1 << 1
    IMMA = 1 << 2
    DMMA = 1 << 3
    ACCUMULATOR_16F = 1 << 8
    ACCUMULATOR_32F = 1 << 9
    ACCUMULATOR_64F = 1 << 10
    ACCUMULATOR_32I = 1 << 11
    INPUT_16F = 1 << 16
    INPUT_16BF = 1 << 17
    INPUT_TF32 = 1 << 18
    INPUT_32F = 1 << 19
    INPUT_64F = 1 << 20
    INPUT_8I = 1 << 21
    INPUT_8F_E4M3 = 1 << 22
    INPUT_8F_E5M2 = 1 << 23
    GAUSSIAN = 1 << 32


class Algorithm(Structure):
    """cublasLtMatmulAlgo_t: opaque, copied as it is."""

    _fields_ = [("data", c_uint64 * 8)]


class HeuristicResult(Structure):
    """cublasLtMatmulHeuristicResult_t"""

    _fields_ = [
        ("algo", Algorithm),
        ("workspace_bytes", c_size_t),
        ("state", c_int),
        ("waves", c_float),
        ("reserved", c_int * 4),
    ]


#: cublasStatus_t: what is ours to handle. Every other number means that the device cannot go on.
ALLOC_FAILED = 3
INVALID_VALUE = 7
ARCH_MISMATCH = 8
NOT_SUPPORTED = 15

_SET = (_HANDLE, c_int, c_void_p, c_size_t)
_LAYOUTS = (_HANDLE, _HANDLE, _HANDLE, _HANDLE)

CALLS = (
    Call("cublasLtGetVersion", (), "its version", c_size_t),
    Call("cublasLtGetStatusName", (c_int,), "name an error", c_char_p),
    Call("cublasLtCreate", (_OUT,), "open it on the current device"),
    Call("cublasLtDestroy", (_HANDLE,), "give it back"),
    Call("cublasLtMatmulDescCreate", (_OUT, c_int, c_int), "what to compute"),
    Call("cublasLtMatmulDescSetAttribute", _SET, "transposition, scales"),
    Call("cublasLtMatmulDescDestroy", (_HANDLE,), "give it back"),
    Call("cublasLtMatrixLayoutCreate", (_OUT, c_int, c_uint64, c_uint64, c_int64), "a matrix"),
    Call("cublasLtMatrixLayoutDestroy", (_HANDLE,), "give it back"),
    Call("cublasLtMatmulPreferenceCreate", (_OUT,), "limits for the choice"),
    Call("cublasLtMatmulPreferenceSetAttribute", _SET, "the workspace"),
    Call("cublasLtMatmulPreferenceDestroy", (_HANDLE,), "give it back"),
    Call(
        "cublasLtMatmulAlgoGetHeuristic",
        (_HANDLE, _HANDLE, *_LAYOUTS, _HANDLE, c_int, POINTER(HeuristicResult), POINTER(c_int)),
        "algorithms to choose from",
    ),
    Call(
        "cublasLtMatmulAlgoCapGetAttribute",
        (POINTER(Algorithm), c_int, c_void_p, c_size_t, POINTER(c_size_t)),
        "how an algorithm computes",
    ),
    Call(
        "cublasLtMatmul",
        (
            *(_HANDLE, _HANDLE, c_void_p),
            *(_DEVICE_POINTER, _HANDLE, _DEVICE_POINTER, _HANDLE, c_void_p),
            *(_DEVICE_POINTER, _HANDLE, _DEVICE_POINTER, _HANDLE),
            *(POINTER(Algorithm), _DEVICE_POINTER, c_size_t, _HANDLE),
        ),
        "multiply",
    ),
)
