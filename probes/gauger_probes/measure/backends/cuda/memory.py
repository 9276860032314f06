"""Memory of a device, and pinned memory of the host, that is given back when it is closed.

A device that was lost took its memory with it, so giving back never fails for that.
"""

from __future__ import annotations

import contextlib
import ctypes
from ctypes import byref
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.cuda.driver import Driver
from gauger_probes.measure.backends.cuda.driver_abi import Address
from gauger_probes.measure.backends.protocol import DeviceLostError


class DeviceMemory:
    """``size`` bytes at ``address``, on a boundary of at least 256 bytes (cuMemAlloc)."""

    def __init__(self, driver: Driver, size: int) -> None:
        """Take them from the current device.

        Raises:
            MemoryError: there is no room.
            DeviceLostError: the device failed.
        """
        self._driver = driver
        self.size = size
        address = Address()
        driver.call("cuMemAlloc_v2", byref(address), size)
        self.address: int = address.value

    def fill(self, data: npt.NDArray[Any]) -> None:
        """Copy ``data`` in as often as it fits, the last time in part."""
        filled = min(data.nbytes, self.size)
        self._driver.call("cuMemcpyHtoD_v2", self.address, data.ctypes.data, filled)
        while filled < self.size:
            more = min(filled, self.size - filled)
            target = self.address + filled
            self._driver.call("cuMemcpyDtoDAsync_v2", target, self.address, more, None)
            filled += more
        # The session's stream does not wait for the default one, which this ran on.
        self._driver.call("cuStreamSynchronize", None)

    def read(self, offset: int, size: int) -> npt.NDArray[np.uint8]:
        """Return ``size`` bytes from ``offset`` on."""
        taken = np.empty(size, np.uint8)
        self._driver.call("cuMemcpyDtoH_v2", taken.ctypes.data, self.address + offset, size)
        return taken

    def close(self) -> None:
        """Give them back."""
        with contextlib.suppress(DeviceLostError):
            self._driver.call("cuMemFree_v2", self.address)


class PinnedMemory:
    """``size`` bytes of the host's that a device reads and writes by itself."""

    def __init__(self, driver: Driver, size: int) -> None:
        """Take and pin them.

        Raises:
            MemoryError: there is no room.
            DeviceLostError: the device failed.
        """
        self._driver = driver
        self.size = size
        pointer = ctypes.c_void_p()
        driver.call("cuMemAllocHost_v2", byref(pointer), size)
        self.address: int = pointer.value or 0
        raw = (ctypes.c_uint8 * size).from_address(self.address)
        self._bytes: npt.NDArray[np.uint8] = np.frombuffer(memoryview(raw), np.uint8)

    def fill(self, data: npt.NDArray[Any]) -> None:
        """Copy ``data`` in as often as it fits, the last time in part."""
        block = data.view(np.uint8)
        for start in range(0, self.size, block.size):
            part = self._bytes[start : start + block.size]
            part[:] = block[: part.size]

    def read(self, offset: int, size: int) -> npt.NDArray[np.uint8]:
        """Return a copy of ``size`` bytes from ``offset`` on."""
        return self._bytes[offset : offset + size].copy()

    def close(self) -> None:
        """Give them back; what was read before stays valid."""
        with contextlib.suppress(DeviceLostError):
            self._driver.call("cuMemFreeHost", self.address)
