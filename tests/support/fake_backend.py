"""Backends made of nothing, whose devices are as fast, as wrong or as lost as a test needs.

Their devices keep no clock: how long work takes is how many operations it has over a stated rate.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.protocol import (
    Backend,
    DeviceLostError,
    Direction,
    Engine,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.templates.networks import Network

RATE = 1e14
BYTES_PER_S = 1e12
COMPARISONS_PER_S = 1e9
MACS_PER_S = 1e13


@dataclass(slots=True)
class FakeWork:
    """Work that takes ``seconds`` by the device's clock and none of ours."""

    seconds: float
    wrong: bool = False
    before: Callable[[], None] = lambda: None
    closed: bool = False
    method: str = "as stated by the test"

    def run(self, repetitions: int) -> float:
        """Return how long it would take."""
        self.before()
        return self.seconds * repetitions

    def check(self) -> None:
        """Refuse a wrong result."""
        if self.wrong:
            raise WrongResultError("a product is wrong")

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


@dataclass(slots=True)
class FakeEngine:
    """A device with two precisions; ``troubles`` says what happens when one is multiplied in."""

    id: str
    memory_bytes: int = 1 << 34
    troubles: Mapping[Precision, Callable[[], None]] = field(default_factory=dict)
    wrong: frozenset[Precision] = frozenset()
    selects: bool = True
    halves: bool = True
    most_faces: int = 100
    shapes: list[Shape] = field(default_factory=list)
    works: list[FakeWork] = field(default_factory=list)

    def properties(self) -> Mapping[str, JsonValue]:
        """Return what a runtime would say of itself."""
        return {"reach": "matrix units"}

    def precisions(self) -> Sequence[Precision]:
        """Return what is tried; fp8 turns out not to be native."""
        return (Precision.FP16, Precision.FP8, Precision.FP32)

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> Work:
        """Prepare a product; larger ones are faster, up to 4096."""
        if precision is Precision.FP8:
            raise NotNativeError("it has no fp8")
        self.shapes.append(shape)
        rate = RATE * min(shape.m, 4096) / 4096
        work = FakeWork(shape.operations / rate, precision in self.wrong)
        work.before = self.troubles.get(precision, lambda: None)
        return self._kept(work)

    def copy(self, direction: Direction, size_bytes: int, seed: int) -> Work:
        """Prepare a copy."""
        return self._kept(FakeWork(size_bytes / BYTES_PER_S))

    def search(self, precision: Precision, gallery: Gallery, seed: int) -> Work:
        """Prepare a search; many faces at once are four times as fast."""
        if not self.selects:
            raise NotNativeError("it cannot select")
        rate = COMPARISONS_PER_S * (4 if gallery.batch > 1 else 1)
        return self._kept(FakeWork(gallery.size * gallery.batch / rate))

    def templates(self, network: Network, batch: int, precision: Precision, seed: int) -> Work:
        """Prepare faces; a batch of many is eight times as fast, and 100 faces do not fit."""
        if not self.selects:
            raise NotNativeError("it has no convolution")
        if precision is Precision.FP16 and not self.halves:
            raise NotNativeError("it has no fp16")
        if batch > self.most_faces:
            raise MemoryError("no room")
        rate = MACS_PER_S / network.macs * (8 if batch > 1 else 1)
        return self._kept(FakeWork(batch / rate))

    def close(self) -> None:
        """Leave nothing."""

    def _kept(self, work: FakeWork) -> FakeWork:
        self.works.append(work)
        return work


@dataclass(frozen=True, slots=True)
class FakeBackend:
    """A backend that reaches ``devices``."""

    devices: Sequence[Engine]

    def engines(self) -> Sequence[Engine]:
        """Return them."""
        return self.devices


def _lost() -> None:
    raise DeviceLostError("the device was reset")


def _hang() -> None:
    time.sleep(600)


def _crash() -> None:
    os.abort()


def _surprise() -> None:
    raise AttributeError("module 'runtime' has no attribute 'v2'")


def open_surprising() -> Backend:
    """One device whose runtime raises what nobody foresaw in its second precision, and another."""
    raising = FakeEngine("0000:01:00.0", troubles={Precision.FP32: _surprise})
    return FakeBackend((raising, FakeEngine("0000:02:00.0")))


def open_two() -> Backend:
    """Two good devices."""
    return FakeBackend((FakeEngine("0000:01:00.0"), FakeEngine("0000:02:00.0")))


def open_lost() -> Backend:
    """One device that is reset in its second precision, and a good one."""
    lost = FakeEngine("0000:01:00.0", troubles={Precision.FP32: _lost})
    return FakeBackend((lost, FakeEngine("0000:02:00.0")))


def open_hanging() -> Backend:
    """One device that hangs in its second precision, and a good one."""
    hung = FakeEngine("0000:01:00.0", troubles={Precision.FP32: _hang})
    return FakeBackend((hung, FakeEngine("0000:02:00.0")))


def open_crashing() -> Backend:
    """One device whose runtime aborts in its second precision, and a good one."""
    crashed = FakeEngine("0000:01:00.0", troubles={Precision.FP32: _crash})
    return FakeBackend((crashed, FakeEngine("0000:02:00.0")))


def open_wrong() -> Backend:
    """One device whose products of fp16 are wrong."""
    return FakeBackend((FakeEngine("0000:01:00.0", wrong=frozenset({Precision.FP16})),))


def open_multiplying() -> Backend:
    """One device that multiplies and cannot search."""
    return FakeBackend((FakeEngine("0000:01:00.0", selects=False),))


def open_processor() -> Backend:
    """A backend that reaches the processors alone."""
    return FakeBackend((FakeEngine("cpu"),))


def open_none() -> Backend:
    """A backend whose runtime is not there."""
    raise LookupError("no libfake.so.1")
