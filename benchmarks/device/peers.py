"""What PyTorch does on an NVIDIA device, each timed by the device's events: the peer of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gauger_probes.measure.backends.protocol import Gallery, Precision, Shape

#: Seconds that so many repetitions took.
Timed = Callable[[int], float]

_TYPES = {
    Precision.FP64: "float64",
    Precision.FP32: "float32",
    Precision.TF32: "float32",
    Precision.BF16: "bfloat16",
    Precision.FP16: "float16",
}


def timed(torch: Any, step: Callable[[], object]) -> Timed:
    """Return what times ``step`` between two events."""

    def run(repetitions: int) -> float:
        first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        first.record()
        for _ in range(repetitions):
            step()
        last.record()
        last.synchronize()
        return float(first.elapsed_time(last)) / 1e3

    return run


def products(torch: Any, precision: Precision, shape: Shape) -> dict[str, Timed]:
    """Return the ways in which PyTorch multiplies m × k by k × n, by their names.

    Its public call in both layouts of the second operand; for int8 and fp8 its private ones, which
    take the second operand transposed alone.
    """
    a, b = _random(torch, precision, shape.m, shape.k), _random(torch, precision, shape.n, shape.k)
    if precision is Precision.INT8:
        return {"torch._int_mm": timed(torch, lambda: torch._int_mm(a, b.t()))}
    if precision is Precision.FP8:
        one = torch.ones((), device="cuda")
        out = torch.bfloat16

        def scaled() -> object:
            return torch._scaled_mm(a, b.t(), scale_a=one, scale_b=one, out_dtype=out)

        return {"torch._scaled_mm": timed(torch, scaled)}
    straight = b.t().contiguous()
    result = torch.empty((shape.m, shape.n), dtype=a.dtype, device="cuda")
    return {
        "torch.matmul": timed(torch, lambda: _matmul(torch, precision, a, straight, result)),
        "torch.matmul, transposed": timed(
            torch, lambda: _matmul(torch, precision, a, b.t(), result)
        ),
    }


def copy(torch: Any, size: int) -> Timed:
    """Return a copy of ``size`` bytes inside the device's memory."""
    source = torch.randint(0, 256, (size,), dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    return timed(torch, lambda: target.copy_(source))


def search(torch: Any, precision: Precision, gallery: Gallery) -> Timed:
    """Return a search: all scores at once, and the best of them."""
    templates = _random(torch, precision, gallery.size, gallery.dimensions)
    faces = templates[: gallery.batch].clone()

    def step() -> object:
        return torch.topk(torch.matmul(faces, templates.t()), gallery.k, dim=1)

    return timed(torch, step)


def _matmul(torch: Any, precision: Precision, a: Any, b: Any, result: Any) -> None:
    torch.backends.cuda.matmul.allow_tf32 = precision is Precision.TF32
    torch.matmul(a, b, out=result)


def _random(torch: Any, precision: Precision, rows: int, columns: int) -> Any:
    if precision is Precision.INT8:
        return torch.randint(-127, 128, (rows, columns), dtype=torch.int8, device="cuda")
    # Doubles made of floats would have zeros in half their bits, and a multiplier that idles.
    drawn = torch.float64 if precision is Precision.FP64 else torch.float32
    made = torch.randn((rows, columns), device="cuda", dtype=drawn)
    kind = torch.float8_e4m3fn if precision is Precision.FP8 else getattr(torch, _TYPES[precision])
    return made.to(kind)
