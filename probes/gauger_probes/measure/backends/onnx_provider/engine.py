"""One device as a provider of ONNX Runtime reaches it: networks, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.onnx_provider.device import ProviderDevice
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


@dataclass(frozen=True, slots=True)
class ProviderEngine:
    """``device`` as the evidence names it: ``id``."""

    device: ProviderDevice
    id: str

    @property
    def memory_bytes(self) -> int:
        """Nothing: ONNX Runtime does not tell."""
        return 0

    def properties(self) -> Mapping[str, JsonValue]:
        """Return the provider and the library's version."""
        import onnxruntime

        return {"provider": self.device.provider, "onnxruntime": str(onnxruntime.__version__)}

    def precisions(self) -> Sequence[Precision]:
        """Multiply in none: other backends reach the units more directly."""
        return ()

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> NoReturn:
        """Raises: NotNativeError."""
        self._refuse("products")

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> NoReturn:
        """Raises: NotNativeError."""
        self._refuse("copies")

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> NoReturn:
        """Raises: NotNativeError."""
        self._refuse("searches")

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> Work:
        """Prepare turning random faces into templates.

        Raises:
            NotNativeError: the provider does not run all of the network in ``precision``.
            MemoryError: there is no room.
            WrongResultError: a small network gives other templates than numpy.
        """
        from gauger_probes.measure.backends.onnx_provider.templating import prepare

        return prepare(self.device, network, batch, precision, seed)

    def close(self) -> None:
        """Leave nothing: a session ends with its work."""

    def _refuse(self, what: str) -> NoReturn:
        raise NotNativeError(f"ONNX Runtime is not asked for {what}")
