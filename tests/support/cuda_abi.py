"""What the bindings of CUDA state, as C that compiles only if a header states the same."""

from __future__ import annotations

import ctypes
import re
import subprocess
from collections.abc import Mapping
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any

from gauger_probes.measure.backends.cuda import cublaslt_abi, driver_abi

DRIVER_NUMBERS: Mapping[str, int] = {
    "CU_EVENT_BLOCKING_SYNC": driver_abi.CU_EVENT_BLOCKING_SYNC,
    "CU_STREAM_NON_BLOCKING": driver_abi.CU_STREAM_NON_BLOCKING,
    "CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT": driver_abi.DeviceAttribute.MULTIPROCESSORS,
    "CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE": driver_abi.DeviceAttribute.L2_BYTES,
    "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR": driver_abi.DeviceAttribute.CAPABILITY_MAJOR,
    "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR": driver_abi.DeviceAttribute.CAPABILITY_MINOR,
    "CUDA_ERROR_INVALID_VALUE": driver_abi.INVALID_VALUE,
    "CUDA_ERROR_OUT_OF_MEMORY": driver_abi.OUT_OF_MEMORY,
    "CUDA_ERROR_NO_DEVICE": driver_abi.NO_DEVICE,
    "CUDA_ERROR_INVALID_HANDLE": driver_abi.INVALID_HANDLE,
    "CUDA_ERROR_NOT_SUPPORTED": driver_abi.NOT_SUPPORTED,
    "CUDA_ERROR_INVALID_IMAGE": driver_abi.INVALID_IMAGE,
    "CUDA_ERROR_NO_BINARY_FOR_GPU": driver_abi.NO_BINARY_FOR_GPU,
    "CUDA_ERROR_INVALID_PTX": driver_abi.INVALID_PTX,
    "CUDA_ERROR_JIT_COMPILER_NOT_FOUND": driver_abi.JIT_COMPILER_NOT_FOUND,
    "CUDA_ERROR_UNSUPPORTED_PTX_VERSION": driver_abi.UNSUPPORTED_PTX_VERSION,
    "CUDA_ERROR_JIT_COMPILATION_DISABLED": driver_abi.JIT_COMPILATION_DISABLED,
    "sizeof(CUuuid)": ctypes.sizeof(driver_abi.Uuid),
    "sizeof(CUdeviceptr)": ctypes.sizeof(driver_abi.Address),
}


#: What cuBLASLt's own names begin with, and the part of the bindings that continues them.
_FAMILIES: Mapping[str, type[IntEnum] | type[IntFlag]] = {
    "CUDA": cublaslt_abi.DataType,
    "CUBLAS_OP": cublaslt_abi.Operation,
    "CUBLASLT_MATMUL_DESC": cublaslt_abi.DescAttribute,
    "CUBLASLT_MATMUL_PREF": cublaslt_abi.PreferenceAttribute,
    "CUBLASLT_NUMERICAL_IMPL_FLAGS": cublaslt_abi.Implementation,
}
_RESULT = cublaslt_abi.HeuristicResult

CUBLASLT_NUMBERS: Mapping[str, int] = {
    **{f"{name}_{each.name}": each for name, family in _FAMILIES.items() for each in family},
    "CUBLAS_COMPUTE_32F": cublaslt_abi.ComputeType.F32,
    "CUBLAS_COMPUTE_64F": cublaslt_abi.ComputeType.F64,
    "CUBLAS_COMPUTE_32I": cublaslt_abi.ComputeType.I32,
    "CUBLAS_COMPUTE_32F_FAST_TF32": cublaslt_abi.ComputeType.F32_FAST_TF32,
    "CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS": cublaslt_abi.CAP_NUMERICAL_IMPL_FLAGS,
    "CUBLAS_STATUS_ALLOC_FAILED": cublaslt_abi.ALLOC_FAILED,
    "CUBLAS_STATUS_INVALID_VALUE": cublaslt_abi.INVALID_VALUE,
    "CUBLAS_STATUS_ARCH_MISMATCH": cublaslt_abi.ARCH_MISMATCH,
    "CUBLAS_STATUS_NOT_SUPPORTED": cublaslt_abi.NOT_SUPPORTED,
    "sizeof(cublasLtMatmulAlgo_t)": ctypes.sizeof(cublaslt_abi.Algorithm),
    "sizeof(cublasLtMatmulHeuristicResult_t)": ctypes.sizeof(_RESULT),
    "offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize)": _RESULT.workspace_bytes.offset,
    "offsetof(cublasLtMatmulHeuristicResult_t, state)": _RESULT.state.offset,
}

#: What the calling convention sees of an argument's type, besides pointers: its size in bytes.
_WIDE = ("size_t", "uint64_t", "int64_t", "CUdeviceptr")
_HANDLES = (
    *(
        "CUcontext",
        "CUstream",
        "CUevent",
        "CUmodule",
        "CUfunction",
        "cudaStream_t",
        "cublasLtHandle_t",
    ),
    *("cublasLtMatmulDesc_t", "cublasLtMatrixLayout_t", "cublasLtMatmulPreference_t"),
)


def asserted(includes: str, numbers: Mapping[str, int]) -> str:
    """Return a C source that compiles only if all ``numbers`` are what their names stand for."""
    lines = [f'_Static_assert(({name}) == {int(n)}, "{name}");' for name, n in numbers.items()]
    return "\n".join(["#include <stddef.h>", includes, *lines, ""])


def compiles(source: str, *folders: Path) -> str:
    """Return what the compiler says against ``source``; nothing if it compiles."""
    command = ["cc", "-std=gnu11", "-fsyntax-only", "-x", "c", "-"]
    command[1:1] = [word for folder in folders for word in ("-isystem", str(folder))]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return done.stderr


def shape(argument: Any) -> str:
    """Return of a ctypes argument what the calling convention sees."""
    pointer = argument in (ctypes.c_void_p, ctypes.c_char_p) or hasattr(argument, "contents")
    return "pointer" if pointer else str(ctypes.sizeof(argument))


def c_shape(argument: str) -> str:
    """Return the same of an argument as C declares it; what is no more is a number of 4 bytes."""
    kind = argument.replace("const", "").split()[0]
    if "*" in argument or "[" in argument or kind in _HANDLES:
        return "pointer"
    if argument.startswith("unsigned char"):
        return "1"
    return "8" if kind in _WIDE else "4"


def declared(text: str, symbol: str) -> list[str]:
    """Return the arguments of the function ``symbol`` as a C text declares them, in shapes."""
    name = re.sub(r"_v2$", r"(?:_v2)?", symbol)
    answer = r"(?:CUDAAPI |cublasStatus_t |size_t |const char ?\* ?)"
    text = re.sub(r"//.*|/\*.*?\*/|CUBLASWINAPI ", "", text)
    found = re.search(rf"^.*{answer}{name}\(([^;{{]*?)\)\s*[;{{]", text, re.MULTILINE)
    assert found, symbol
    arguments = [" ".join(each.split()) for each in found[1].split(",")]
    return [] if arguments in ([""], ["void"]) else [c_shape(each) for each in arguments]
