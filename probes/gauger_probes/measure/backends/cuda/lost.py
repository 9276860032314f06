"""A device that the driver counts and that does not answer: whatever is asked of it says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.protocol import (
    DeviceLostError,
    Direction,
    Gallery,
    Precision,
    Shape,
)

if TYPE_CHECKING:
    from gauger_probes.measure.templates.networks import Network


@dataclass(frozen=True, slots=True)
class LostEngine:
    """Stands for the device ``id``; ``problem`` is what the driver said."""

    id: str
    problem: str

    @property
    def memory_bytes(self) -> int:
        """Raises: DeviceLostError, as everything here does."""
        self._refuse()

    def properties(self) -> Mapping[str, JsonValue]:
        """Return the problem alone."""
        return {"problem": self.problem}

    def precisions(self) -> Sequence[Precision]:
        """Raises: DeviceLostError."""
        self._refuse()

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> NoReturn:
        """Raises: DeviceLostError."""
        self._refuse()

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> NoReturn:
        """Raises: DeviceLostError."""
        self._refuse()

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> NoReturn:
        """Raises: DeviceLostError."""
        self._refuse()

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> NoReturn:
        """Raises: DeviceLostError."""
        self._refuse()

    def close(self) -> None:
        """There is nothing to leave."""

    def _refuse(self) -> NoReturn:
        raise DeviceLostError(self.problem)
