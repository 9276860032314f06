"""Devices through a PyTorch that the machine has: NVIDIA's, AMD's by its ROCm build, Intel's.

It is never installed for this. Where it is there, it reaches the matrix units of all three and
selects, so that a gallery can be searched.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gauger_probes.measure.backends.protocol import Backend, Engine
from gauger_probes.measure.backends.pytorch.engine import TorchEngine


@dataclass(frozen=True, slots=True)
class TorchBackend:
    """PyTorch's devices; ``processors``: the host's too, which others measure better."""

    processors: bool = False

    def engines(self) -> Sequence[Engine]:
        """Open every device.

        Raises:
            LookupError: there is no PyTorch on this machine, or it reaches no device.
        """
        if importlib.util.find_spec("torch") is None:
            raise LookupError("no PyTorch is installed")
        import torch

        found: list[Engine] = [
            TorchEngine(torch, f"{kind}:{at}", _address(module.get_device_properties(at), kind, at))
            for kind, module in (("cuda", torch.cuda), ("xpu", getattr(torch, "xpu", None)))
            if module is not None and module.is_available()
            for at in range(module.device_count())
        ]
        found += [TorchEngine(torch, "cpu", "cpu")] if self.processors else []
        if not found:
            raise LookupError(f"PyTorch {torch.__version__} reaches no device")
        return found


def open_backend() -> Backend:
    """Return the backend of this machine."""
    return TorchBackend()


def _address(facts: Any, kind: str, at: int) -> str:
    """Return the PCI address, as far as this PyTorch states its parts."""
    stated = (getattr(facts, f"pci_{name}_id", None) for name in ("domain", "bus", "device"))
    parts = [int(part) for part in stated if part is not None]
    if len(parts) < len(("domain", "bus", "device")):
        return f"{kind}:{at}"
    domain, bus, device = parts
    return f"{domain:04x}:{bus:02x}:{device:02x}.0"
