"""The OpenCL devices of the machine, as their drivers describe them.

A device that its driver places on the PCI bus has that address for its id, the processors have
``cpu``, and one that cannot be placed has an id of its own, which says so in ``placed``.
"""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.accelerators.cpu_device import CPU_ID
from gauger_probes.measure.backends.opencl.codes import (
    SOFT_FLOAT,
    DeviceInfo,
    DeviceType,
    PlatformInfo,
    Status,
)
from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.library import REGISTRY, Handle, Library
from gauger_probes.measure.backends.opencl.place import address
from gauger_probes.measure.backends.opencl.questions import (
    device_bytes,
    device_number,
    device_text,
    devices,
    platform_text,
    platforms,
)
from gauger_probes.roots import Roots

_KINDS = DeviceType.GPU | DeviceType.ACCELERATOR | DeviceType.CPU
#: What every device of OpenCL 1.2 has (its specification, table 4.3), where one does not tell.
_LEAST_LOCAL = 32 * 1024


@dataclass(frozen=True, slots=True)
class Platform:
    """One driver: ``name`` and ``version`` are its own words."""

    handle: Handle
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Device:
    """One device. Sizes are in bytes; ``max_allocation`` is the most for one buffer, and
    ``vector_bytes`` the width of its vector instructions.

    ``placed`` is whether ``id`` is that of an accelerator. ``unified`` is whether its memory is
    the host's. ``soft`` holds the precisions (``fp64``, ``fp16``) that its driver says it does in
    software; ``dot_accelerated`` is ``None`` where the driver has no dot products of int8.
    """

    handle: Handle
    platform: Platform
    id: str
    placed: bool
    kind: DeviceType
    name: str
    vendor: str
    version: str
    driver: str
    compute_units: int
    clock_mhz: int
    global_memory: int
    max_allocation: int
    local_memory: int
    max_group: int
    vector_bytes: int
    unified: bool
    extensions: frozenset[str]
    soft: frozenset[str]
    dot_accelerated: bool | None


@dataclass(frozen=True, slots=True)
class Found:
    """The devices, and what went wrong with platforms whose devices are not among them."""

    devices: tuple[Device, ...]
    problems: tuple[str, ...]


def find_devices(library: Library, roots: Roots) -> Found:
    """Find every GPU, accelerator and processor of every platform.

    A platform that fails costs its own devices only.

    Raises:
        LookupError: no driver is registered, or none works; the message says which.
    """
    try:
        handles = platforms(library)
    except OpenClError as problem:
        raise LookupError(f"{library.path} finds no driver in {REGISTRY}: {problem}") from problem
    found: list[Device] = []
    problems: list[str] = []
    for at, handle in enumerate(handles):
        platform = _platform(library, handle)
        try:
            listed = devices(library, platform.handle, _KINDS)
        except OpenClError as problem:
            if problem.status != Status.DEVICE_NOT_FOUND:
                problems.append(f"{platform.name}: {problem}")
            continue
        for index, each in enumerate(listed):
            found.append(_device(library, platform, each, f"opencl:{at}.{index}", roots))
    if not found:
        raise LookupError("; ".join(problems) or "no driver of OpenCL has a device")
    return Found(tuple(found), tuple(problems))


def _platform(library: Library, handle: Handle) -> Platform:
    return Platform(
        handle,
        platform_text(library, handle, PlatformInfo.NAME) or "unnamed",
        platform_text(library, handle, PlatformInfo.VERSION) or "unknown",
    )


def _device(library: Library, platform: Platform, handle: Handle, own: str, roots: Roots) -> Device:
    def number(what: DeviceInfo) -> int:
        return device_number(library, handle, what) or 0

    def text(what: DeviceInfo) -> str:
        return device_text(library, handle, what) or "unknown"

    kind = _kind(number(DeviceInfo.TYPE))
    place = CPU_ID if kind is DeviceType.CPU else address(library, handle, roots)
    extensions = _extensions(library, handle)
    return Device(
        handle=handle,
        platform=platform,
        id=place or own,
        placed=place is not None,
        kind=kind,
        name=text(DeviceInfo.NAME),
        vendor=text(DeviceInfo.VENDOR),
        version=text(DeviceInfo.VERSION),
        driver=text(DeviceInfo.DRIVER_VERSION),
        compute_units=max(1, number(DeviceInfo.MAX_COMPUTE_UNITS)),
        clock_mhz=number(DeviceInfo.MAX_CLOCK_FREQUENCY),
        global_memory=number(DeviceInfo.GLOBAL_MEM_SIZE),
        max_allocation=number(DeviceInfo.MAX_MEM_ALLOC_SIZE),
        local_memory=number(DeviceInfo.LOCAL_MEM_SIZE) or _LEAST_LOCAL,
        max_group=max(1, number(DeviceInfo.MAX_WORK_GROUP_SIZE)),
        vector_bytes=4 * number(DeviceInfo.NATIVE_VECTOR_WIDTH_INT),
        unified=bool(number(DeviceInfo.HOST_UNIFIED_MEMORY)),
        extensions=extensions,
        soft=_soft(number(DeviceInfo.DOUBLE_FP_CONFIG), number(DeviceInfo.HALF_FP_CONFIG)),
        dot_accelerated=_dot(library, handle, extensions),
    )


def _kind(bits: int) -> DeviceType:
    """A device may be of several types, ``CL_DEVICE_TYPE_DEFAULT`` among them."""
    for kind in (DeviceType.GPU, DeviceType.CPU):
        if bits & kind:
            return kind
    return DeviceType.ACCELERATOR


def _extensions(library: Library, handle: Handle) -> frozenset[str]:
    raw = device_bytes(library, handle, DeviceInfo.EXTENSIONS) or b""
    return frozenset(raw.rstrip(b"\0").decode("ascii", "replace").split())


def _soft(double_config: int, half_config: int) -> frozenset[str]:
    configs = {"fp64": double_config, "fp16": half_config}
    return frozenset(name for name, config in configs.items() if config & SOFT_FLOAT)


def _dot(library: Library, handle: Handle, extensions: frozenset[str]) -> bool | None:
    """The first of six 32-bit booleans says whether signed dot products are accelerated."""
    if "cl_khr_integer_dot_product" not in extensions:
        return None
    raw = device_bytes(library, handle, DeviceInfo.DOT_PRODUCT_4X8_PACKED) or b""
    return int.from_bytes(raw[:4], "little") != 0
