"""Multiplies half precision with a PyTorch that is installed beside this program already.

It takes seconds to import and 750 MB to install, so it is asked only for what no lighter library
here multiplies. Whether it converts to fp32 or runs a loop (74 s for one product on a processor
without bf16), only time tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cpu import operands
from gauger_probes.measure.backends.cpu.library import UNIT_ROUNDOFF, Library, Product, plain_bytes
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.product import Matrix

#: The type, and that through which numpy hands its bits over.
_TYPES: Mapping[Precision, tuple[Any, Any]] = {
    Precision.BF16: (torch.bfloat16, np.int16),
    Precision.FP16: (torch.float16, np.float16),
}


@dataclass(frozen=True, slots=True)
class PyTorch:
    """PyTorch on the processors."""

    bench: Bench
    name: str = "torch"

    @property
    def threads(self) -> int:
        """What it states."""
        return int(torch.get_num_threads())

    def properties(self) -> Mapping[str, JsonValue]:
        """Return its version and the instruction set that it chose."""
        capability = str(torch.backends.cpu.get_cpu_capability())
        return {"version": str(torch.__version__), "capability": capability}

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """Return the bytes of the three matrices, and of a copy that it may lay out anew."""
        return plain_bytes(precision, shape, 1)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Product:
        """Prepare ``torch.mm``.

        Raises:
            NotNativeError: ``precision`` is left to lighter libraries.
            MemoryError: there is no room.
        """
        if precision not in _TYPES:
            raise NotNativeError(f"torch is not asked for {precision}")
        generator = np.random.default_rng(seed)
        drawn = operands.draw(precision, shape, generator)
        dtype, bits = _TYPES[precision]
        left, right = (torch.from_numpy(each.view(bits)).view(dtype) for each in (drawn.a, drawn.b))
        result = torch.full((shape.m, shape.n), float("nan"), dtype=dtype)
        a, b = drawn.exact()
        return Product(
            method="torch.mm",
            a=a,
            b=b,
            call=lambda: torch.mm(left, right, out=result),
            fetch=lambda: _numbers(result),
            roundoff=UNIT_ROUNDOFF[precision],
            stopwatch=self.bench.stopwatch.wall,
            generator=generator,
        )


def library(bench: Bench) -> Library:
    """Return PyTorch; importing this module loaded it."""
    return PyTorch(bench)


def _numbers(tensor: Any) -> Matrix:
    numbers: Matrix = tensor.float().numpy()
    return numbers
