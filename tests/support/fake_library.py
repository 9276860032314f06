"""Libraries that multiply in as much time as a test says, on a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cpu.library import plain_bytes
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.errors import WrongResultError
from support.fake_clock import FakeClock


@dataclass(slots=True)
class FakeWork:
    """A product of ``shape``; ``runs`` is shared by all products of a library."""

    library: FakeLibrary
    precision: Precision
    shape: Shape

    @property
    def method(self) -> str:
        """What a measurement says of it."""
        return f"{self.library.name} multiplies"

    def run(self, repetitions: int) -> float:
        """Let the clock run."""
        seconds = repetitions * self.library.seconds(self.shape)
        self.library.runs.append((self.precision, self.shape))
        self.library.clock.work(seconds)
        return seconds

    def check(self) -> None:
        """Fail if the library is a wrong one."""
        if self.library.wrong:
            raise WrongResultError(f"{self.library.name} is wrong")

    def close(self) -> None:
        """Nothing to give back."""


@dataclass(slots=True)
class FakeLibrary:
    """Takes ``seconds`` for a shape; lacks ``refused``; has room up to ``largest`` operations."""

    clock: FakeClock
    seconds: Callable[[Shape], float]
    name: str = "fake"
    threads: int = 1
    wrong: bool = False
    refused: tuple[Precision, ...] = ()
    largest: float = float("inf")
    runs: list[tuple[Precision, Shape]] = field(default_factory=list)

    def properties(self) -> Mapping[str, JsonValue]:
        """Return a version."""
        return {"version": "1"}

    def room_bytes(self, precision: Precision, shape: Shape) -> int:
        """Return the bytes of three plain matrices."""
        return plain_bytes(precision, shape)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> FakeWork:
        """Return work that runs on the clock."""
        if precision in self.refused:
            raise NotNativeError(f"{self.name} has no {precision}")
        if shape.operations > self.largest:
            raise MemoryError
        return FakeWork(self, precision, shape)


def at(clock: FakeClock, rate: float, name: str = "fake") -> FakeLibrary:
    """Return a library of ``rate`` operations per second."""
    return FakeLibrary(clock, lambda shape: shape.operations / rate, name)
