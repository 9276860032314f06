"""Multiplies with numpy: fp64 and fp32 by the BLAS that it was built with, on all its threads.

numpy's other types have no BLAS behind them (fp16 reaches a five-hundredth of fp32), so they are
not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure import aligned, blas
from gauger_probes.measure.backends.cpu import operands
from gauger_probes.measure.backends.cpu.library import UNIT_ROUNDOFF, Library, Product, plain_bytes
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.product import Matrix

_OFFERED = (Precision.FP64, Precision.FP32)


@dataclass(frozen=True, slots=True)
class Numpy:
    """numpy, and the BLAS behind it."""

    bench: Bench
    blas: blas.Blas
    name: str = "numpy"

    @property
    def threads(self) -> int:
        """Those that the BLAS states, else one for each CPU."""
        return self.blas.threads or len(self.bench.cpus)

    def properties(self) -> Mapping[str, JsonValue]:
        """Return numpy's version and the BLAS with its version and kernel."""
        found = self.blas
        return {
            "version": np.__version__,
            "blas": {"name": found.name, "version": found.version, "kernel": found.kernel},
        }

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """Return the bytes of the three matrices."""
        return plain_bytes(precision, shape)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Product:
        """Prepare ``numpy.matmul``.

        Raises:
            NotNativeError: numpy has no BLAS for ``precision``.
            MemoryError: there is no room.
        """
        if precision not in _OFFERED:
            raise NotNativeError(f"numpy has no BLAS for {precision}")
        generator = np.random.default_rng(seed)
        drawn = operands.draw(precision, shape, generator)
        result: Matrix = aligned.full((shape.m, shape.n), drawn.a.dtype, np.nan)
        return Product(
            method=f"numpy.matmul, {self.blas.name} {self.blas.version or ''}".rstrip(),
            a=drawn.a,
            b=drawn.b,
            call=lambda: np.matmul(drawn.a, drawn.b, out=result),
            fetch=lambda: result,
            roundoff=UNIT_ROUNDOFF[precision],
            stopwatch=self.bench.stopwatch.wall,
            generator=generator,
        )


def library(bench: Bench) -> Library:
    """Return numpy, which whoever measures has imported already."""
    return Numpy(bench, blas.find())
