"""The part of the CUDA driver's interface that is used: symbols, attributes, error numbers.

From NVIDIA's cuda.h (12.9 and 13.5). Symbols are the versioned ones which that header maps names
to; each has been exported by every driver for CUDA 12 and later.
"""

from __future__ import annotations

from ctypes import (
    POINTER,
    Array,
    c_char,
    c_char_p,
    c_float,
    c_int,
    c_size_t,
    c_ubyte,
    c_uint,
    c_uint64,
    c_void_p,
)
from enum import IntEnum

from gauger_probes.measure.backends.cuda.native import Call

#: CUdeviceptr, CUdevice and the opaque handles.
Address = c_uint64
_DEVICE = c_int
_HANDLE = c_void_p
_OUT = POINTER(c_void_p)

#: CUuuid
Uuid: type[Array[c_ubyte]] = c_ubyte * 16

CU_EVENT_BLOCKING_SYNC = 0x1
CU_STREAM_NON_BLOCKING = 0x1


class DeviceAttribute(IntEnum):
    """CUdevice_attribute"""

    MULTIPROCESSORS = 16
    L2_BYTES = 38
    CAPABILITY_MAJOR = 75
    CAPABILITY_MINOR = 76


#: CUresult: what is ours to handle. Every other number means that the device cannot go on.
INVALID_VALUE = 1
OUT_OF_MEMORY = 2
NO_DEVICE = 100
INVALID_HANDLE = 400
NOT_SUPPORTED = 801

#: CUresult: the driver cannot make code for this device of a program that it was given as PTX.
INVALID_IMAGE = 200
NO_BINARY_FOR_GPU = 209
INVALID_PTX = 218
JIT_COMPILER_NOT_FOUND = 221
UNSUPPORTED_PTX_VERSION = 222
JIT_COMPILATION_DISABLED = 223
UNUSABLE_PROGRAM = frozenset(
    {
        *(INVALID_IMAGE, NO_BINARY_FOR_GPU, INVALID_PTX, JIT_COMPILER_NOT_FOUND),
        *(UNSUPPORTED_PTX_VERSION, JIT_COMPILATION_DISABLED),
    }
)

CALLS = (
    Call("cuInit", (c_uint,), "start"),
    Call("cuGetErrorName", (c_int, POINTER(c_char_p)), "name an error"),
    Call("cuDriverGetVersion", (POINTER(c_int),), "which CUDA the driver is for"),
    Call("cuDeviceGetCount", (POINTER(c_int),), "count devices"),
    Call("cuDeviceGet", (POINTER(_DEVICE), c_int), "reach a device"),
    Call("cuDeviceGetName", (POINTER(c_char), c_int, _DEVICE), "its name"),
    Call("cuDeviceGetPCIBusId", (POINTER(c_char), c_int, _DEVICE), "its place"),
    Call("cuDeviceGetUuid", (POINTER(Uuid), _DEVICE), "the package's UUID"),
    Call("cuDeviceGetUuid_v2", (POINTER(Uuid), _DEVICE), "the partition's UUID"),
    Call("cuDeviceGetAttribute", (POINTER(c_int), c_int, _DEVICE), "capability, units, L2 cache"),
    Call("cuDevicePrimaryCtxRetain", (_OUT, _DEVICE), "open a device"),
    Call("cuDevicePrimaryCtxRelease_v2", (_DEVICE,), "leave a device"),
    Call("cuCtxSetCurrent", (_HANDLE,), "choose a device"),
    Call("cuMemGetInfo_v2", (POINTER(c_size_t), POINTER(c_size_t)), "free memory"),
    Call("cuMemAlloc_v2", (POINTER(Address), c_size_t), "device memory"),
    Call("cuMemFree_v2", (Address,), "give it back"),
    Call("cuMemAllocHost_v2", (_OUT, c_size_t), "pinned host memory"),
    Call("cuMemFreeHost", (c_void_p,), "give it back"),
    Call("cuMemcpyHtoD_v2", (Address, c_void_p, c_size_t), "upload data"),
    Call("cuMemcpyDtoH_v2", (c_void_p, Address, c_size_t), "read results"),
    Call("cuMemcpyDtoDAsync_v2", (Address, Address, c_size_t, _HANDLE), "memory bandwidth"),
    Call("cuMemcpyHtoDAsync_v2", (Address, c_void_p, c_size_t, _HANDLE), "to the device"),
    Call("cuMemcpyDtoHAsync_v2", (c_void_p, Address, c_size_t, _HANDLE), "to the host"),
    Call("cuMemsetD8Async", (Address, c_ubyte, c_size_t, _HANDLE), "flush the L2 cache"),
    Call("cuStreamCreate", (_OUT, c_uint), "an order of work"),
    Call("cuStreamSynchronize", (_HANDLE,), "wait for all of it"),
    Call("cuStreamDestroy_v2", (_HANDLE,), "give it back"),
    Call("cuEventCreate", (_OUT, c_uint), "a point in time"),
    Call("cuEventRecord", (_HANDLE, _HANDLE), "take the time"),
    Call("cuEventSynchronize", (_HANDLE,), "wait for it"),
    Call("cuEventElapsedTime", (POINTER(c_float), _HANDLE, _HANDLE), "milliseconds between"),
    Call("cuEventDestroy_v2", (_HANDLE,), "give it back"),
    Call("cuModuleLoadData", (_OUT, c_void_p), "compile our kernel"),
    Call("cuModuleGetFunction", (_OUT, _HANDLE, c_char_p), "find it"),
    Call("cuModuleUnload", (_HANDLE,), "give it back"),
    Call(
        "cuLaunchKernel",
        (_HANDLE, *[c_uint] * 7, _HANDLE, POINTER(c_void_p), POINTER(c_void_p)),
        "select the best of a search",
    ),
)
