"""Multiplies with a PyTorch that is installed beside this program already.

It takes seconds to import and 750 MB to install. Whether it converts half precision to fp32 or runs
a loop (74 s for one product on a processor without bf16), only time tells. Integers go through the
quantised linear layer of the oneDNN that it carries, which lays out its second operand beforehand
and returns sums as float32: exact up to 2²⁴, which the check of a product sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    Precision.FP64: (torch.float64, np.float64),
    Precision.FP32: (torch.float32, np.float32),
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
        """Prepare ``torch.mm``, or the linear layer for integers.

        Raises:
            NotNativeError: this version has no such layer.
            MemoryError: there is no room.
        """
        generator = np.random.default_rng(seed)
        drawn = operands.draw(precision, shape, generator)
        whole = precision is Precision.INT8
        call, fetch = _linear(drawn) if whole else _mm(precision, drawn)
        a, b = drawn.exact()
        return Product(
            method="torch.ops.onednn.qlinear_pointwise" if whole else "torch.mm",
            a=a,
            b=b,
            call=call,
            fetch=fetch,
            roundoff=UNIT_ROUNDOFF.get(precision, 0.0),
            stopwatch=self.bench.stopwatch.wall,
            generator=generator,
        )


def library(bench: Bench) -> Library:
    """Return PyTorch; importing this module loaded it."""
    return PyTorch(bench)


def _mm(
    precision: Precision, drawn: operands.Operands
) -> tuple[Callable[[], object], Callable[[], Matrix]]:
    dtype, bits = _TYPES[precision]
    left, right = (torch.from_numpy(each.view(bits)).view(dtype) for each in (drawn.a, drawn.b))
    result = torch.full((left.shape[0], right.shape[1]), float("nan"), dtype=dtype)
    return lambda: torch.mm(left, right, out=result), lambda: _numbers(result)


def _linear(
    drawn: operands.Operands,
) -> tuple[Callable[[], object], Callable[[], Matrix]]:
    rows, columns = drawn.a.shape[0], drawn.b.shape[1]
    left = torch.from_numpy(drawn.a)
    try:
        weight = torch.from_numpy(drawn.b).t().contiguous()
        right = torch.ops.onednn.qlinear_prepack(weight, list(drawn.a.shape))
        layer = torch.ops.onednn.qlinear_pointwise
    except (AttributeError, RuntimeError) as problem:
        raise NotNativeError(f"this torch multiplies no int8: {problem}") from problem
    scales, zeros = torch.ones(columns), torch.zeros(columns, dtype=torch.int64)
    plain: tuple[Any, ...] = (1.0, 0, torch.float32, "none", [], "")
    result = torch.full((rows, columns), float("nan"))

    def call() -> None:
        nonlocal result
        result = layer(left, 1.0, 0, right, scales, zeros, None, *plain)

    return call, lambda: _numbers(result)


def _numbers(tensor: Any) -> Matrix:
    wide = tensor if tensor.dtype == torch.float64 else tensor.float()
    numbers: Matrix = wide.numpy()
    return numbers
