"""NVIDIA's devices, each an engine of its own; one that does not answer costs itself only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from gauger_probes.measure.backends.cuda.cublaslt import CublasLt
from gauger_probes.measure.backends.cuda.driver import Driver
from gauger_probes.measure.backends.cuda.engine import CudaEngine
from gauger_probes.measure.backends.cuda.find_library import (
    Listed,
    find_cublaslt,
    find_driver,
    installed,
)
from gauger_probes.measure.backends.cuda.lost import LostEngine
from gauger_probes.measure.backends.protocol import Backend, DeviceLostError, Engine
from gauger_probes.roots import Roots


class CudaBackend:
    """The driver's library under ``roots``, and cuBLASLt of a wheel or under ``roots``."""

    def __init__(self, roots: Roots | None = None, listed: Listed = installed) -> None:
        """Look for nothing yet."""
        self._roots = roots or Roots()
        self._listed = listed

    def engines(self) -> Sequence[Engine]:
        """Return every device, none of them opened; one that does not answer says so when asked.

        Raises:
            LookupError: there is no driver, or it cannot be started; the message says why.
        """
        driver = Driver(find_driver(self._roots))

        @cache
        def library() -> CublasLt:
            return CublasLt(find_cublaslt(self._roots, driver.version, self._listed).path)

        return [_engine(driver, ordinal, library) for ordinal in range(driver.count())]


def open_backend() -> Backend:
    """Return the backend of this machine."""
    return CudaBackend()


def _engine(driver: Driver, ordinal: int, library: Callable[[], CublasLt]) -> Engine:
    try:
        return CudaEngine(driver, ordinal, library, driver.facts(ordinal))
    except DeviceLostError as problem:
        return LostEngine(f"cuda:{ordinal}", str(problem))
