"""One NVIDIA device as the measuring code reaches it.

It is opened when something is first asked of it, so that a process which measures one device takes
no memory and no time of the others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cuda.copying import Copy
from gauger_probes.measure.backends.cuda.cublaslt import CublasLt, Handle
from gauger_probes.measure.backends.cuda.driver import DeviceFacts, Driver
from gauger_probes.measure.backends.cuda.formats import FORMATS
from gauger_probes.measure.backends.cuda.gemm import Gemm
from gauger_probes.measure.backends.cuda.kernel import Selector
from gauger_probes.measure.backends.cuda.search import Search
from gauger_probes.measure.backends.cuda.search_formats import SEARCHED
from gauger_probes.measure.backends.cuda.session import Session
from gauger_probes.measure.backends.protocol import (
    Direction,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)

if TYPE_CHECKING:
    from gauger_probes.measure.templates.networks import Network

#: The part of the free memory that may be filled: the library's own code and workspace need some.
_FILLED = 0.9


class CudaEngine:
    """Device ``ordinal`` of the driver's."""

    def __init__(
        self, driver: Driver, ordinal: int, library: Callable[[], CublasLt], facts: DeviceFacts
    ) -> None:
        """Take note of the device, which is not opened yet; ``library`` loads cuBLASLt."""
        self._driver = driver
        self._ordinal = ordinal
        self._library = library
        self._facts = facts
        self._session: Session | None = None
        self._handle: Handle | None = None
        self._selector: Selector | None = None

    @property
    def id(self) -> str:
        """Its PCI address; ``cuda:1`` where the driver tells none."""
        return self._facts.place or f"cuda:{self._ordinal}"

    @property
    def memory_bytes(self) -> int:
        """What may be filled for measuring: nine tenths of what is free now.

        Raises:
            DeviceLostError: the device cannot be opened, or failed.
        """
        return int(_FILLED * self._opened().free_bytes())

    def properties(self) -> Mapping[str, JsonValue]:
        """Versions, and what the driver says of the device. Opens nothing.

        ``partitionUuid``: the MIG instance that stands for the device; it is a part of it.
        """
        facts = self._facts
        found: dict[str, JsonValue] = {
            "name": facts.name,
            "computeCapability": ".".join(map(str, facts.capability)),
            "multiprocessors": facts.multiprocessors,
            "l2Bytes": facts.l2_bytes,
            "uuid": facts.uuid,
            "partitionUuid": facts.partition_uuid,
            "driverCuda": f"{self._driver.version // 1000}.{self._driver.version % 1000 // 10}",
            "driverLibrary": str(self._driver.path),
        }
        try:
            library = self._library()
        except LookupError as problem:
            return found | {"cublasLt": None, "cublasLtProblem": str(problem)}
        return found | {"cublasLt": library.version, "cublasLtLibrary": str(library.path)}

    def precisions(self) -> Sequence[Precision]:
        """What a device of its compute capability multiplies, by the bits that it multiplies."""
        capability = self._facts.capability
        return [each for each, form in FORMATS.items() if capability >= form.capability]

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Work:
        """Prepare a dense product of standard-normal data.

        Raises:
            NotNativeError: the device does not really have ``precision``.
            LookupError: there is no cuBLASLt that the driver can run.
            MemoryError: there is no room.
            DeviceLostError: the device cannot be opened, or failed.
            ValueError: the type does not allow this shape (fp8: multiples of 16; int8: of 4).
        """
        self._refuse_lacking(precision)
        session = self._opened()
        return Gemm(session, self._library_on(session), precision, shape, seed)

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> Work:
        """Prepare moving ``size_bytes`` of random data; within, each is read and written.

        Raises:
            MemoryError: there is no room.
            DeviceLostError: the device cannot be opened, or failed.
            ValueError: ``size_bytes`` is not positive.
        """
        return Copy(self._opened(), direction, size_bytes, seed)

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> Work:
        """Prepare a brute-force search of standard-normal templates by inner product.

        Raises:
            NotNativeError: the device does not really have ``precision``, no scores of it are
                computed here, or its driver cannot compile the kernel that selects the best.
            LookupError: there is no cuBLASLt that the driver can run.
            MemoryError: there is no room.
            DeviceLostError: the device cannot be opened, or failed.
            ValueError: nothing is searched, or the type does not allow this (int8: multiples of 4).
        """
        if precision not in SEARCHED:
            raise NotNativeError(f"no templates of {precision} are searched through cuBLASLt")
        self._refuse_lacking(precision)
        session = self._opened()
        handle = self._library_on(session)
        if self._selector is None:
            self._selector = Selector(session)
        return Search(session, handle, self._selector, precision, gallery, seed)

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> Work:
        """cuBLASLt has no convolution.

        Raises:
            NotNativeError: always.
        """
        raise NotNativeError(f"{network.name}: cuBLASLt has no convolution")

    def close(self) -> None:
        """Leave the device."""
        if self._session is None:
            return
        with contextlib.suppress(Exception):
            self._session.use()
        if self._selector is not None:
            self._selector.close()
            self._selector = None
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        self._session.close()
        self._session = None

    def _opened(self) -> Session:
        if self._session is None:
            self._session = Session(self._driver, self._facts)
        return self._session

    def _library_on(self, session: Session) -> Handle:
        session.use()
        if self._handle is None:
            self._handle = Handle(self._library())
        return self._handle

    def _refuse_lacking(self, precision: Precision) -> None:
        if precision not in self.precisions():
            major, minor = self._facts.capability
            raise NotNativeError(f"compute capability {major}.{minor} has no {precision}")
