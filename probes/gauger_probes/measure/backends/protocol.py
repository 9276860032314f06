"""What a backend offers to the measuring code: devices, and pieces of work prepared on them.

A backend prepares and times; what to measure, for how long, and what it amounts to is decided by
its caller, alike for all of them. Nothing here imports a runtime.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from gauger_probes.evidence.common import JsonValue

if TYPE_CHECKING:
    from gauger_probes.measure.templates.networks import Network


class Precision(StrEnum):
    """What the operands of a multiplication are; integers count as OP/s, the rest as FLOP/s."""

    FP64 = "fp64"
    FP32 = "fp32"
    TF32 = "tf32"
    BF16 = "bf16"
    FP16 = "fp16"
    FP8 = "fp8"
    INT8 = "int8"

    @property
    def unit(self) -> str:
        """The unit of a rate in this precision."""
        return "OP/s" if self is Precision.INT8 else "FLOP/s"


class Direction(StrEnum):
    """Which way bytes move; ``within`` is a copy inside the device's own memory."""

    WITHIN = "within"
    TO_DEVICE = "toDevice"
    TO_HOST = "toHost"


@dataclass(frozen=True, slots=True)
class Shape:
    """A product of an m × k with a k × n matrix: 2 m n k operations."""

    m: int
    n: int
    k: int

    @property
    def operations(self) -> int:
        """Multiplications and additions, each counted as one."""
        return 2 * self.m * self.n * self.k


@dataclass(frozen=True, slots=True)
class Gallery:
    """A search for the ``k`` best of ``size`` templates of ``dimensions``, ``batch`` at a time."""

    size: int
    batch: int
    dimensions: int = 512
    k: int = 10


class NotNativeError(Exception):
    """The device has no such unit, or its library only emulates it; the message says which."""


class DeviceLostError(Exception):
    """The device stopped answering; nothing more can be measured on it in this process."""


class Work(Protocol):
    """Something prepared on a device, on random data that is there already."""

    @property
    def method(self) -> str:
        """What exactly is run: library, version, layout, accumulation."""

    def run(self, repetitions: int) -> float:
        """Do it so often, back to back, and return the seconds by the device's own clock.

        Raises:
            DeviceLostError: the device failed.
        """

    def check(self) -> None:
        """Compare what was computed with a reference.

        Raises:
            WrongResultError: it is wrong.
        """

    def close(self) -> None:
        """Give its memory back."""


class Engine(Protocol):
    """One device as a backend reaches it."""

    @property
    def id(self) -> str:
        """The accelerator's id in the evidence, such as ``0000:65:00.0``."""

    @property
    def memory_bytes(self) -> int:
        """What may be filled for measuring."""

    def properties(self) -> Mapping[str, JsonValue]:
        """Versions and settings of the runtime, for ``conditions``."""

    def precisions(self) -> Sequence[Precision]:
        """What is worth trying, in the order of worth; one of them may still be not native."""

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Work:
        """Prepare a dense product of standard-normal data.

        Raises:
            NotNativeError: the device does not really have ``precision``.
            LookupError: a library that it needs is not on this machine.
            MemoryError: there is no room.
            DeviceLostError: the device cannot be opened, or failed.
        """

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> Work:
        """Prepare moving ``size_bytes`` of random data.

        Raises:
            NotNativeError: the runtime cannot.
            MemoryError: there is no room.
        """

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> Work:
        """Prepare a brute-force search by inner product.

        Raises:
            NotNativeError: the runtime cannot, in this precision.
            MemoryError: there is no room.
        """

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> Work:
        """Prepare turning ``batch`` random faces into templates by ``network``.

        Raises:
            NotNativeError: the runtime cannot, or not in this precision.
            MemoryError: there is no room.
            WrongResultError: it computes a network wrong.
        """

    def close(self) -> None:
        """Leave the device."""


class Backend(Protocol):
    """A way to reach silicon. A backend is made by a function without arguments."""

    def engines(self) -> Sequence[Engine]:
        """Open every device that it reaches.

        Raises:
            LookupError: its runtime is not on this machine; the message says what was looked for.
        """
