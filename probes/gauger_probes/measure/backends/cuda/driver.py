"""The CUDA driver: devices, and every call checked.

What an error means here follows from its number alone: no memory, not possible, our own mistake,
and otherwise a device that cannot go on, since after most errors of the driver's every further
call on that device fails too (cuda.h, at CUDA_ERROR_ILLEGAL_ADDRESS and those after it).
"""

from __future__ import annotations

import ctypes
import re
import uuid
from ctypes import byref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gauger_probes.measure.backends.cuda import driver_abi as abi
from gauger_probes.measure.backends.cuda.driver_abi import DeviceAttribute
from gauger_probes.measure.backends.cuda.native import Library
from gauger_probes.measure.backends.protocol import DeviceLostError, NotNativeError
from gauger_probes.text import clean

#: More than any machine has; a larger count is not believed.
MAX_DEVICES = 256
_PLACE = re.compile(r"([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a device says of itself without being opened.

    ``place`` is its PCI address as sysfs spells it, ``None`` where the driver gives none.
    ``partition_uuid`` is that of the MIG instance which stands for the device, if one does.
    """

    handle: int
    name: str | None
    place: str | None
    uuid: str
    partition_uuid: str | None
    capability: tuple[int, int]
    multiprocessors: int
    l2_bytes: int


class Driver:
    """An opened and started driver."""

    def __init__(self, path: Path) -> None:
        """Load and start the driver's library at ``path``.

        Raises:
            LookupError: it is not one, or it cannot be started (no kernel module, another version).
        """
        self._library = Library(path, abi.CALLS)
        self.path = path
        code = self._library.call("cuInit", 0)
        self.devices_absent = code == abi.NO_DEVICE
        if code and not self.devices_absent:
            raise LookupError(f"{path} cannot be started: {self._name(code)}")
        version = ctypes.c_int()
        self.call("cuDriverGetVersion", byref(version))
        #: 1000 × major + 10 × minor of the newest CUDA that this driver is for.
        self.version = version.value

    def call(self, symbol: str, *arguments: Any) -> None:
        """Call a function of the driver.

        Raises:
            MemoryError: there is no memory for it.
            NotNativeError: the device or its driver cannot do that.
            RuntimeError: the call is wrong, which is our mistake.
            DeviceLostError: the device cannot go on.
        """
        code = self._library.call(symbol, *arguments)
        if code:
            raise self._error(symbol, code)

    def count(self) -> int:
        """Return how many devices there are."""
        if self.devices_absent:
            return 0
        number = ctypes.c_int()
        self.call("cuDeviceGetCount", byref(number))
        return min(max(number.value, 0), MAX_DEVICES)

    def facts(self, ordinal: int) -> DeviceFacts:
        """Return what device ``ordinal`` says of itself.

        Raises:
            DeviceLostError: it does not answer.
        """
        device = ctypes.c_int()
        self.call("cuDeviceGet", byref(device), ordinal)
        handle = device.value
        package = self._uuid("cuDeviceGetUuid", handle)
        own = self._uuid("cuDeviceGetUuid_v2", handle)
        return DeviceFacts(
            handle=handle,
            name=clean(self._text("cuDeviceGetName", handle)),
            place=sysfs_address(self._text("cuDeviceGetPCIBusId", handle)),
            uuid=package,
            partition_uuid=own if own != package else None,
            capability=(
                self.attribute(DeviceAttribute.CAPABILITY_MAJOR, handle),
                self.attribute(DeviceAttribute.CAPABILITY_MINOR, handle),
            ),
            multiprocessors=self.attribute(DeviceAttribute.MULTIPROCESSORS, handle),
            l2_bytes=self.attribute(DeviceAttribute.L2_BYTES, handle),
        )

    def attribute(self, which: DeviceAttribute, handle: int) -> int:
        """Return one attribute of a device."""
        number = ctypes.c_int()
        self.call("cuDeviceGetAttribute", byref(number), int(which), handle)
        return number.value

    def _text(self, symbol: str, handle: int) -> bytes:
        text = ctypes.create_string_buffer(256)
        self.call(symbol, text, len(text), handle)
        return text.value

    def _uuid(self, symbol: str, handle: int) -> str:
        sixteen = abi.Uuid()
        self.call(symbol, byref(sixteen), handle)
        return str(uuid.UUID(bytes=bytes(sixteen)))

    def _error(self, symbol: str, code: int) -> Exception:
        message = f"{symbol}: {self._name(code)}"
        if code == abi.OUT_OF_MEMORY:
            return MemoryError(message)
        if code == abi.NOT_SUPPORTED or code in abi.UNUSABLE_PROGRAM:
            return NotNativeError(message)
        if code in (abi.INVALID_VALUE, abi.INVALID_HANDLE):
            return RuntimeError(message)
        return DeviceLostError(message)

    def _name(self, code: int) -> str:
        name = ctypes.c_char_p()
        known = self._library.call("cuGetErrorName", code, byref(name)) == 0 and name.value
        return f"{clean(known)} ({code})" if known else f"CUDA error {code}"


def sysfs_address(text: bytes) -> str | None:
    """Return a PCI bus id of the driver's as sysfs spells it, or ``None`` if it is none."""
    match = _PLACE.fullmatch(text.decode("ascii", "replace"))
    if match is None:
        return None
    domain, bus, device, function = (int(part, 16) for part in match.groups())
    return f"{domain:04x}:{bus:02x}:{device:02x}.{function}"
