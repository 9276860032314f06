"""Finds and loads the OpenCL loader (``libOpenCL.so.1``), and declares the functions called.

It is looked up in the dynamic loader's cache and in the folders where vendors put it, and loaded
by its real path. Which drivers it loads in turn is the system's to say, in ``/etc/OpenCL/vendors``
(cl_khr_icd). Prototypes are those of CL/cl.h; only functions of OpenCL 1.2 are used.
"""

from __future__ import annotations

import ctypes
import sysconfig
from ctypes import c_char_p, c_int, c_size_t, c_uint, c_ulong, c_void_p
from pathlib import Path
from typing import Any, TypeAlias

from gauger_probes.loader_cache import CACHE, cached
from gauger_probes.measure.backends.opencl.failures import failure
from gauger_probes.roots import Roots

SONAME = "libOpenCL.so.1"
#: Where the registered drivers are named.
REGISTRY = "/etc/OpenCL/vendors"

#: Distributions, ROCm, WSL 2 and NixOS.
_FOLDERS = (
    f"usr/lib/{sysconfig.get_config_var('MULTIARCH') or 'none'}",
    "usr/lib64",
    "usr/lib",
    "opt/rocm/lib",
    "usr/lib/wsl/lib",
    "run/opengl-driver/lib",
)

_P = c_void_p
_WAIT = (c_uint, _P, _P)
#: ``cl_bitfield`` is 64 bits wide, ``unsigned long`` is too wherever this runs.
_BITS = c_ulong

#: Arguments of the functions that return a status.
_STATUS_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "clGetPlatformIDs": (c_uint, _P, _P),
    "clGetPlatformInfo": (_P, c_uint, c_size_t, _P, _P),
    "clGetDeviceIDs": (_P, _BITS, c_uint, _P, _P),
    "clGetDeviceInfo": (_P, c_uint, c_size_t, _P, _P),
    "clReleaseContext": (_P,),
    "clReleaseCommandQueue": (_P,),
    "clReleaseMemObject": (_P,),
    "clReleaseProgram": (_P,),
    "clReleaseKernel": (_P,),
    "clReleaseEvent": (_P,),
    "clBuildProgram": (_P, c_uint, _P, c_char_p, _P, _P),
    "clGetProgramBuildInfo": (_P, _P, c_uint, c_size_t, _P, _P),
    "clSetKernelArg": (_P, c_uint, c_size_t, _P),
    "clEnqueueNDRangeKernel": (_P, _P, c_uint, _P, _P, _P, *_WAIT),
    "clEnqueueReadBuffer": (_P, _P, c_uint, c_size_t, c_size_t, _P, *_WAIT),
    "clEnqueueWriteBuffer": (_P, _P, c_uint, c_size_t, c_size_t, _P, *_WAIT),
    "clEnqueueCopyBuffer": (_P, _P, _P, c_size_t, c_size_t, c_size_t, *_WAIT),
    "clEnqueueFillBuffer": (_P, _P, _P, c_size_t, c_size_t, c_size_t, *_WAIT),
    "clEnqueueUnmapMemObject": (_P, _P, _P, *_WAIT),
    "clFinish": (_P,),
    "clGetEventInfo": (_P, c_uint, c_size_t, _P, _P),
    "clGetEventProfilingInfo": (_P, c_uint, c_size_t, _P, _P),
}
#: Arguments of the functions that return an object; the status goes to the last one.
_OBJECT_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "clCreateContext": (_P, c_uint, _P, _P, _P, _P),
    "clCreateCommandQueue": (_P, _P, _BITS, _P),
    "clCreateBuffer": (_P, _BITS, c_size_t, _P, _P),
    "clCreateProgramWithSource": (_P, c_uint, _P, _P, _P),
    "clCreateKernel": (_P, c_char_p, _P),
    "clEnqueueMapBuffer": (_P, _P, c_uint, _BITS, c_size_t, c_size_t, *_WAIT, _P),
}

#: An object of OpenCL: a pointer that means something to its driver alone.
Handle: TypeAlias = int


class Library:
    """The loaded loader. ``path`` is its file."""

    def __init__(self, path: Path) -> None:
        """Load the file at ``path``.

        Raises:
            OSError: it cannot be loaded.
            AttributeError: it lacks a function of OpenCL 1.2.
        """
        self.path = path
        loaded = ctypes.CDLL(str(path))
        self._functions: dict[str, Any] = {}
        for name, arguments in _STATUS_FUNCTIONS.items():
            self._functions[name] = _declared(loaded, name, c_int, arguments)
        for name, arguments in _OBJECT_FUNCTIONS.items():
            self._functions[name] = _declared(loaded, name, c_void_p, arguments)

    def status(self, function: str, *arguments: object) -> int:
        """Call ``function`` and return its status."""
        return int(self._functions[function](*arguments))

    def call(self, function: str, *arguments: object) -> None:
        """Call ``function``.

        Raises:
            MemoryError: there is no room.
            DeviceLostError: the device failed.
            OpenClError: another status than success.
        """
        status = self.status(function, *arguments)
        if status:
            raise failure(function, status)

    def make(self, function: str, *arguments: object) -> Handle:
        """Call a ``function`` whose last argument takes its status; return what it made.

        Raises:
            MemoryError, DeviceLostError, OpenClError: as ``call``.
        """
        status = c_int()
        made = self._functions[function](*arguments, ctypes.byref(status))
        if status.value or not made:
            raise failure(function, status.value)
        return int(made)


def find(roots: Roots) -> Path:
    """Return the real path of the loader, the dynamic loader's own choice first.

    Raises:
        LookupError: it is in none of the places; the message names them.
    """
    for path in (*cached(roots, SONAME), *(f"{folder}/{SONAME}" for folder in _FOLDERS)):
        try:
            real = roots.resolve(path)
        except (OSError, ValueError):
            continue
        if real.is_file():
            return real
    looked = ", ".join(f"/{folder}" for folder in _FOLDERS)
    raise LookupError(f"no {SONAME} in /{CACHE}, {looked}")


def load(roots: Roots) -> Library:
    """Find and load the loader.

    Raises:
        LookupError: it is not there, or is of no use; the message says which.
    """
    path = find(roots)
    try:
        return Library(path)
    except (OSError, AttributeError) as problem:
        raise LookupError(f"{path} cannot be used: {problem}") from problem


def _declared(loaded: ctypes.CDLL, name: str, result: Any, arguments: tuple[Any, ...]) -> Any:
    function = getattr(loaded, name)
    function.restype = result
    function.argtypes = arguments
    return function
