"""cuBLASLt itself: loaded, opened on a device, every call checked."""

from __future__ import annotations

import contextlib
import ctypes
from ctypes import byref
from pathlib import Path
from typing import Any

from gauger_probes.measure.backends.cuda import cublaslt_abi as abi
from gauger_probes.measure.backends.cuda.native import Library
from gauger_probes.measure.backends.protocol import DeviceLostError, NotNativeError
from gauger_probes.text import clean


class CublasLt:
    """The library; ``version`` is three numbers with dots between."""

    def __init__(self, path: Path) -> None:
        """Load the library at ``path``; the driver's must be loaded already.

        Raises:
            LookupError: it is not one.
        """
        self._library = Library(path, abi.CALLS)
        self.path = path
        self.version = dotted(self._library.call("cublasLtGetVersion"))

    def call(self, symbol: str, *arguments: Any) -> None:
        """Call a function of the library.

        Raises:
            MemoryError: there is no memory for it.
            NotNativeError: the device or the library cannot do that.
            RuntimeError: the call is wrong, which is our mistake.
            DeviceLostError: the device cannot go on.
        """
        status = self._library.call(symbol, *arguments)
        if status:
            raise self._error(symbol, status)

    def release(self, symbol: str, handle: int | None) -> None:
        """Give back what a lost device may have taken already."""
        with contextlib.suppress(DeviceLostError):
            self.call(symbol, handle)

    def _error(self, symbol: str, status: int) -> Exception:
        name = clean(self._library.call("cublasLtGetStatusName", status) or b"")
        message = f"{symbol}: {name or 'status'} ({status})"
        if status == abi.ALLOC_FAILED:
            return MemoryError(message)
        if status in (abi.ARCH_MISMATCH, abi.NOT_SUPPORTED):
            return NotNativeError(message)
        if status == abi.INVALID_VALUE:
            return RuntimeError(message)
        return DeviceLostError(message)


class Handle:
    """The library opened on the current device."""

    def __init__(self, library: CublasLt) -> None:
        """Open it.

        Raises:
            DeviceLostError: the device failed.
        """
        self.library = library
        handle = ctypes.c_void_p()
        library.call("cublasLtCreate", byref(handle))
        self.value = handle.value

    def close(self) -> None:
        """Give it back."""
        self.library.release("cublasLtDestroy", self.value)


def dotted(version: int) -> str:
    """Return what cublasLtGetVersion answers as text: 120903 is 12.9.3, 131000 is 13.10.0.

    Both are major × 10,000 + minor × 100 + patch (cublas_api.h, CUBLAS_VERSION).
    """
    return f"{version // 10_000}.{version // 100 % 100}.{version % 100}"
