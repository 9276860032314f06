"""One OpenCL device as the measuring code sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.opencl import copy, search
from gauger_probes.measure.backends.opencl.devices import Device
from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.formats import multiplied
from gauger_probes.measure.backends.opencl.library import Library
from gauger_probes.measure.backends.opencl.multiply import Multiplier
from gauger_probes.measure.backends.opencl.prepared import Prepared
from gauger_probes.measure.backends.opencl.session import Session
from gauger_probes.measure.backends.protocol import (
    Direction,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
)
from gauger_probes.measure.capacity import allowance
from gauger_probes.roots import Roots
from gauger_probes.text import clean, without_home

if TYPE_CHECKING:
    from gauger_probes.measure.templates.networks import Network

#: What its figures are, wherever they are shown: matrix units stay out of OpenCL's reach.
REACH = "vector units, lower bound"

#: Part of a device's own memory that may be filled: OpenCL tells how much there is, not how much
#: is free, and a display or the driver may hold some.
_SHARE_OF_MEMORY = 3 / 4
#: In the order of worth.
_PRECISIONS = (Precision.FP32, Precision.FP16, Precision.FP64, Precision.INT8)

T = TypeVar("T")


class OpenClEngine:
    """An ``Engine`` of the protocol."""

    def __init__(
        self, library: Library, device: Device, roots: Roots, closed: Callable[[], None]
    ) -> None:
        """Open ``device``; ``closed`` is called at its end.

        Raises:
            MemoryError, DeviceLostError, OpenClError: its driver refuses.
        """
        self._device = device
        self._loader = library.path
        self._closed = closed
        self._session = Session(library, device)
        self._multiplier = Multiplier(self._session)
        memory = int(device.global_memory * _SHARE_OF_MEMORY)
        self._memory = min(memory, allowance(roots)) if device.unified else memory

    @property
    def id(self) -> str:
        """The accelerator's id, or one of its own where the driver does not place the device."""
        return self._device.id

    @property
    def memory_bytes(self) -> int:
        """What may be filled for measuring."""
        return self._memory

    def properties(self) -> Mapping[str, JsonValue]:
        """What the driver says of itself and of the device.

        ``placed`` is whether ``id`` is that of an accelerator in the evidence; ``reach`` is what
        every figure must be labelled with.
        """
        device = self._device
        return {
            "api": "OpenCL",
            "reach": REACH,
            "placed": device.placed,
            "device": device.name,
            "vendor": device.vendor,
            "deviceVersion": device.version,
            "driver": device.driver,
            "platform": device.platform.name,
            "platformVersion": device.platform.version,
            "loader": without_home(clean(str(self._loader)) or ""),
            "computeUnits": device.compute_units,
            "clockMhz": device.clock_mhz,
            "unifiedMemory": device.unified,
        }

    def precisions(self) -> Sequence[Precision]:
        """Those of fp32, fp16, fp64 and int8 that the device says it has."""
        return [each for each in _PRECISIONS if self._has(each)]

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Prepared:
        """Prepare a dense product of random data.

        Raises:
            NotNativeError: the device has no such arithmetic, or its driver cannot.
            MemoryError: there is no room.
            DeviceLostError: the device failed.
            WrongResultError: its clock cannot be right.
        """
        return _tried(lambda: self._multiplier.prepare(precision, shape, seed))

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> Prepared:
        """Prepare moving ``size_bytes`` of random data.

        Raises:
            NotNativeError, MemoryError, DeviceLostError, WrongResultError: as ``gemm``.
        """
        return _tried(lambda: copy.prepare(self._session, direction, size_bytes, seed))

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> Prepared:
        """Prepare a brute-force search by inner product.

        Raises:
            NotNativeError, MemoryError, DeviceLostError, WrongResultError: as ``gemm``.
        """
        return _tried(lambda: search.prepare(self._session, precision, gallery, seed))

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> Prepared:
        """No kernel for convolutions is shipped.

        Raises:
            NotNativeError: always.
        """
        raise NotNativeError(f"{network.name}: there is no kernel of ours for convolutions")

    def close(self) -> None:
        """Leave the device. Work on it must be closed before."""
        self._multiplier.close()
        self._session.close()
        self._closed()

    def _has(self, precision: Precision) -> bool:
        try:
            multiplied(precision, self._device)
        except NotNativeError:
            return False
        return True


def _tried(prepare: Callable[[], T]) -> T:
    try:
        return prepare()
    except OpenClError as problem:
        raise NotNativeError(f"the driver cannot: {problem}") from problem
