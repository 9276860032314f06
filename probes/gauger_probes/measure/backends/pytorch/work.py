"""One piece of work that PyTorch does on a device, timed by the device's own events."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gauger_probes.measure.backends.protocol import DeviceLostError
from gauger_probes.measure.errors import WrongResultError

#: Rows of a product that are compared with a reference.
_CHECKED = 8
#: Templates whose scores are held at once, so that scores never outgrow the gallery.
_BLOCK = 1 << 17


@dataclass(slots=True)
class TorchWork:
    """``step`` does it once; ``verify`` compares the result with a reference."""

    torch: Any
    device: str
    step: Callable[[], object]
    verify: Callable[[], None]
    method: str
    kept: list[Any] = field(default_factory=list)

    def run(self, repetitions: int) -> float:
        """Do it so often and return the seconds.

        Raises:
            DeviceLostError: the device failed.
        """
        try:
            return (
                self._by_events(repetitions)
                if self.device != "cpu"
                else self._by_clock(repetitions)
            )
        except RuntimeError as problem:
            raise DeviceLostError(str(problem).partition("\n")[0]) from problem

    def check(self) -> None:
        """Compare with a reference.

        Raises:
            WrongResultError: it is wrong.
        """
        self.verify()

    def close(self) -> None:
        """Give the memory back."""
        self.kept.clear()
        self.step = lambda: None

    def _by_events(self, repetitions: int) -> float:
        module = module_of(self.torch, self.device)
        # Events and streams are those of the current device, which need not be this one.
        with module.device(self.device):
            first, last = (module.Event(enable_timing=True) for _ in range(2))
            first.record()
            for _ in range(repetitions):
                self.step()
            last.record()
            last.synchronize()
            return float(first.elapsed_time(last)) / 1e3

    def _by_clock(self, repetitions: int) -> float:
        began_s = time.perf_counter()
        for _ in range(repetitions):
            self.step()
        return time.perf_counter() - began_s


def best_of(torch: Any, faces: Any, templates: Any, k: int) -> tuple[Any, Any]:
    """Return scores and places of the ``k`` best templates of each face, block after block."""
    scores, places = [], []
    for begin in range(0, templates.shape[0], _BLOCK):
        block = templates[begin : begin + _BLOCK]
        top = torch.topk(torch.matmul(faces, block.t()), min(k, block.shape[0]), dim=1)
        scores.append(top.values)
        places.append(top.indices + begin)
    top = torch.topk(torch.cat(scores, dim=1), k, dim=1)
    return top.values, torch.gather(torch.cat(places, dim=1), 1, top.indices)


def product_check(torch: Any, a: Any, b: Any, result: Any, tolerance: float) -> Callable[[], None]:
    """Return a check of ``result`` = ``a`` × ``b`` in double precision, on some rows."""

    def verify() -> None:
        rows = torch.linspace(0, a.shape[0] - 1, _CHECKED, device=a.device).long()
        expected = a[rows].double() @ b.double()
        error = (result[rows].double() - expected).abs().max()
        # Written so that NaN fails.
        if not float(error) <= tolerance * float(expected.abs().max()):
            raise WrongResultError(f"a product of {tuple(a.shape)} is off by {float(error):.3g}")

    return verify


def module_of(torch: Any, device: str) -> Any:
    """Return the module for a device that PyTorch calls ``cuda:0`` or ``xpu:0``."""
    return getattr(torch, device.partition(":")[0])
