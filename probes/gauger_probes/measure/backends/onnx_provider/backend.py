"""NVIDIA's devices through ONNX Runtime's CUDA provider, where a build of it has one.

The wheel that comes with Gauger has providers for processors alone; whoever installed
``onnxruntime-gpu`` has this one, and the libraries of CUDA and cuDNN that it needs.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field

from gauger_probes.measure.backends.cuda.driver import Driver
from gauger_probes.measure.backends.cuda.find_library import find_driver
from gauger_probes.measure.backends.onnx_provider.device import ProviderDevice
from gauger_probes.measure.backends.onnx_provider.engine import ProviderEngine
from gauger_probes.measure.backends.protocol import Backend, Engine
from gauger_probes.roots import Roots

#: The provider, and what ONNX Runtime calls the memory of its devices.
_PROVIDER, _MEMORY = "CUDAExecutionProvider", "cuda"


@dataclass(frozen=True, slots=True)
class ProviderBackend:
    """The devices of the driver under ``roots``, in its order, which is the provider's."""

    roots: Roots = field(default_factory=Roots)

    def engines(self) -> Sequence[Engine]:
        """Return an engine for each device whose PCI address is known.

        Raises:
            LookupError: there is no ONNX Runtime, it has no such provider, or no driver is there.
        """
        if importlib.util.find_spec("onnxruntime") is None:
            raise LookupError("no ONNX Runtime is installed")
        import onnxruntime

        has = onnxruntime.get_available_providers()
        if _PROVIDER not in has:
            raise LookupError(
                f"ONNX Runtime {onnxruntime.__version__} has no {_PROVIDER}, only {', '.join(has)}"
            )
        driver = Driver(find_driver(self.roots))
        places = [driver.facts(ordinal).place for ordinal in range(driver.count())]
        return [
            ProviderEngine(ProviderDevice(_PROVIDER, _MEMORY, ordinal), place)
            for ordinal, place in enumerate(places)
            if place is not None
        ]


def open_backend() -> Backend:
    """Return the backend of this machine."""
    return ProviderBackend()
