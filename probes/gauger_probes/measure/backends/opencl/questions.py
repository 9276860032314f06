"""Asks OpenCL objects what they are. Every answer is bounded, and text is made safe to carry.

A query takes the size first and then the bytes (clGetDeviceInfo and its likes). Integers are
little-endian, as on every host that Linux drivers of OpenCL exist for.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from gauger_probes.measure.backends.opencl.codes import DeviceInfo, EventInfo, PlatformInfo
from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.library import Handle, Library
from gauger_probes.text import clean

#: Longest answer taken; lists of extensions reach a few thousand bytes.
_MAX_ANSWER = 65_536
#: Most platforms, or devices of one platform, that are listed.
_MAX_LISTED = 64


def platforms(library: Library) -> Sequence[Handle]:
    """Return every platform.

    Raises:
        OpenClError: there is none (PLATFORM_NOT_FOUND), or the loader fails.
    """
    return _listed(library, "clGetPlatformIDs")


def devices(library: Library, platform: Handle, kinds: int) -> Sequence[Handle]:
    """Return the devices of ``platform`` that are one of ``kinds`` (``cl_device_type`` bits).

    Raises:
        OpenClError: there is none (DEVICE_NOT_FOUND), or the driver fails.
    """
    return _listed(library, "clGetDeviceIDs", platform, kinds)


def platform_text(library: Library, platform: Handle, what: PlatformInfo) -> str | None:
    """Return a platform's text; ``None`` where it has none."""
    return _text(_answer(library, "clGetPlatformInfo", platform, what))


def device_bytes(library: Library, device: Handle, what: DeviceInfo) -> bytes | None:
    """Return the raw answer; ``None`` where the device does not know the question."""
    return _answer(library, "clGetDeviceInfo", device, what)


def device_text(library: Library, device: Handle, what: DeviceInfo) -> str | None:
    """Return a device's text; ``None`` where it has none."""
    return _text(device_bytes(library, device, what))


def device_number(library: Library, device: Handle, what: DeviceInfo) -> int | None:
    """Return an unsigned integer of 32 or 64 bits; ``None`` where the answer is none."""
    raw = device_bytes(library, device, what)
    return None if raw is None or len(raw) not in (4, 8) else int.from_bytes(raw, "little")


def nanoseconds(library: Library, event: Handle, what: EventInfo) -> int:
    """Return the device's clock as it stood when ``event`` started or ended.

    Raises:
        OpenClError: the driver has no such time.
    """
    value = ctypes.c_ulong()
    library.call(
        "clGetEventProfilingInfo", event, what, ctypes.sizeof(value), ctypes.byref(value), None
    )
    return value.value


def execution_status(library: Library, event: Handle) -> int:
    """Return how the command of ``event`` stands: 0 is complete, negative is failed.

    Raises:
        DeviceLostError, OpenClError: the driver does not say.
    """
    value = ctypes.c_int()
    what = EventInfo.EXECUTION_STATUS
    library.call("clGetEventInfo", event, what, ctypes.sizeof(value), ctypes.byref(value), None)
    return value.value


def _listed(library: Library, function: str, *of: int) -> Sequence[Handle]:
    count = ctypes.c_uint()
    status = library.status(function, *of, 0, None, ctypes.byref(count))
    if status:
        raise OpenClError(function, status)
    room = min(count.value, _MAX_LISTED)
    if not room:
        return ()
    found = (ctypes.c_void_p * room)()
    status = library.status(function, *of, room, found, None)
    if status:
        raise OpenClError(function, status)
    return tuple(handle for handle in found if handle)


def _answer(library: Library, function: str, of: Handle, what: int) -> bytes | None:
    size = ctypes.c_size_t()
    if library.status(function, of, what, 0, None, ctypes.byref(size)):
        return None
    if not 0 < size.value <= _MAX_ANSWER:
        return None
    raw = ctypes.create_string_buffer(size.value)
    if library.status(function, of, what, size.value, raw, None):
        return None
    return raw.raw


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else clean(raw.partition(b"\0")[0])
