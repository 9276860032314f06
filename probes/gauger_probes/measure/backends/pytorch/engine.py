"""One device as a PyTorch that the machine has reaches it: products, copies and search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.protocol import (
    Direction,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)
from gauger_probes.measure.backends.pytorch.work import (
    TorchWork,
    best_of,
    module_of,
    product_check,
)
from gauger_probes.measure.errors import WrongResultError

if TYPE_CHECKING:
    from gauger_probes.measure.templates.networks import Network

_TYPES = {
    Precision.FP64: "float64",
    Precision.FP32: "float32",
    Precision.TF32: "float32",
    Precision.BF16: "bfloat16",
    Precision.FP16: "float16",
}
#: Largest error of a product, relative to its largest element: what the inputs' bits leave of a sum
#: of 16,384 products, with a margin (TF32 keeps 10 bits of a float32).
_TOLERANCE = {"float64": 1e-10, "float32": 2e-2, "bfloat16": 5e-2, "float16": 2e-2}
_FILLED = 0.9


@dataclass(frozen=True, slots=True)
class TorchEngine:
    """One device: ``device`` is PyTorch's name for it, ``id`` the evidence's."""

    torch: Any
    device: str
    id: str

    @property
    def memory_bytes(self) -> int:
        """What may be filled for measuring."""
        if self.device == "cpu":
            return 1 << 30
        free, _ = module_of(self.torch, self.device).mem_get_info(self.device)
        return int(_FILLED * free)

    def properties(self) -> Mapping[str, JsonValue]:
        """Versions of the runtime."""
        version = self.torch.version
        found = {"torch": self.torch.__version__, "cuda": version.cuda, "hip": version.hip}
        return {"reach": "matrix units", **{name: text for name, text in found.items() if text}}

    def precisions(self) -> Sequence[Precision]:
        """What PyTorch multiplies by public calls: int8 and fp8 have private ones alone."""
        return tuple(_TYPES)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Work:
        """Prepare a dense product of standard-normal data.

        Raises:
            NotNativeError: PyTorch has no public call for it.
            MemoryError: there is no room.
        """
        kind = self._type(precision)
        a = self._random((shape.m, shape.k), kind, seed)
        b = self._random((shape.n, shape.k), kind, seed + 1).t()
        result = self.torch.empty((shape.m, shape.n), dtype=a.dtype, device=self.device)

        def step() -> None:
            self.torch.backends.cuda.matmul.allow_tf32 = precision is Precision.TF32
            self.torch.matmul(a, b, out=result)

        method = f"torch.matmul, PyTorch {self.torch.__version__}, second operand transposed"
        verify = product_check(self.torch, a, b, result, _TOLERANCE[kind])
        return TorchWork(self.torch, self.device, step, verify, method, [a, b, result])

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> Work:
        """Prepare moving random bytes; the host's are pinned where the device is not the host.

        Raises:
            MemoryError: there is no room.
        """
        pinned = self.device != "cpu"
        here = self.torch.randint(0, 256, (size_bytes,), dtype=self.torch.uint8, pin_memory=pinned)
        there = here.to(self.device)
        other = {
            Direction.WITHIN: (there, self.torch.empty_like(there)),
            Direction.TO_DEVICE: (here, self.torch.empty_like(there)),
            Direction.TO_HOST: (there, self.torch.empty_like(here, pin_memory=pinned)),
        }
        source, target = other[direction]

        def verify() -> None:
            if not self.torch.equal(source.cpu(), target.cpu()):
                raise WrongResultError("a copy differs from its original")

        method = f"Tensor.copy_, PyTorch {self.torch.__version__}"
        step = lambda: target.copy_(source, non_blocking=pinned)  # noqa: E731  one call is timed
        return TorchWork(self.torch, self.device, step, verify, method, [source, target])

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> Work:
        """Prepare a search by inner product, block after block, the best of all kept.

        Raises:
            NotNativeError: PyTorch has no public call for it.
            MemoryError: there is no room.
        """
        kind = self._type(precision)
        templates = self._random((gallery.size, gallery.dimensions), kind, seed)
        faces = templates[: gallery.batch].clone()
        found: list[Any] = [None]

        def step() -> None:
            found[0] = best_of(self.torch, faces, templates, gallery.k)

        def verify() -> None:
            scores = faces.double().cpu() @ templates.double().cpu().t()
            best = self.torch.topk(scores, 1, dim=1).indices[:, 0]
            if not self.torch.equal(best, found[0][1][:, 0].cpu()):
                raise WrongResultError("other templates were found than there are")

        method = f"torch.matmul and torch.topk, PyTorch {self.torch.__version__}"
        return TorchWork(self.torch, self.device, step, verify, method, [templates, faces, found])

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> Work:
        """Prepare turning random faces into templates.

        Raises:
            NotNativeError: networks are not run in ``precision``.
            MemoryError: there is no room.
            WrongResultError: a small network gives other templates than numpy.
        """
        from gauger_probes.measure.backends.pytorch.templating import prepare

        return prepare(self.torch, self.device, network, batch, precision, seed)

    def close(self) -> None:
        """Leave nothing: PyTorch keeps its context until the process ends."""

    def _type(self, precision: Precision) -> str:
        if precision not in _TYPES:
            raise NotNativeError(f"PyTorch has no public multiplication of {precision}")
        return _TYPES[precision]

    def _random(self, shape: tuple[int, int], kind: str, seed: int) -> Any:
        generator = self.torch.Generator(device=self.device).manual_seed(seed)
        try:
            made = self.torch.randn(shape, generator=generator, device=self.device)
            return made.to(getattr(self.torch, kind))
        except RuntimeError as problem:
            raise MemoryError(str(problem).partition("\n")[0]) from problem
