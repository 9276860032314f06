"""How fast the processors multiply dense square matrices through numpy's BLAS.

Floating-point operations are counted as 2 n³ for n × n matrices (a multiplication and an addition
each), whatever the library really does. The rate is of wall time; beside it stand the best
repetition and the rate of CPU time, which say more where the machine was shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure import blas, product
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance
from gauger_probes.measure.conditions import Watch
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.product import Matrix
from gauger_probes.measure.sampling import Sample, busy, sample_in_turns, timed, warm_up
from gauger_probes.measure.statistics import median_interval

#: Sides of the matrices, each twice the one before, because the best side differs from machine to
#: machine. How many of them are tried depends on time and memory.
SIZES = (512, 1024, 2048, 4096)
#: Sides for machines with no memory for the first of ``SIZES``.
_SMALLER = (256, 128)
#: One repetition takes at most this part of the share, so that six of each size fit with room.
_REPETITION = 1 / 12
#: Filling, checking and warming up take at most this part of the share.
_PREPARATION = 0.4

#: Writes the product of the first two into the third.
Multiply: TypeAlias = Callable[[Matrix, Matrix, Matrix], object]


class Precision(StrEnum):
    """What the elements are."""

    FP64 = "fp64"
    FP32 = "fp32"


def matmul(a: Matrix, b: Matrix, result: Matrix) -> None:
    """Multiply as numpy does: with its BLAS, on all threads that this has."""
    np.matmul(a, b, out=result)


def measure(
    precision: Precision, window: Window, bench: Bench, multiply: Multiply = matmul
) -> Measurement:
    """Measure the rate of multiplication in FLOP/s within ``window``.

    The fastest size (by its median) is the result; the others lie under ``conditions.shapes``.

    Raises:
        WrongResultError: a product is wrong.
        MemoryError: not even the smallest matrices could be allocated.
    """
    library = blas.find()
    threads = library.threads or len(bench.cpus)
    operands = list(_prepared(precision, window, bench, multiply))
    with Watch(bench.roots, bench.cpus) as watch:
        trials = [each.trial for each in operands]
        series = sample_in_turns(trials, window, bench.stopwatch, bench.tick)
    shapes = [_Shape(each.size, taken) for each, taken in zip(operands, series, strict=True)]
    best = _fastest(shapes)
    spent = busy(best.samples, threads)
    conditions = watch.conditions(spent) | {
        "shape": best.sides(),
        "best": best.best(),
        "cpuTimeRate": spent.rate(best.operations * len(best.samples)),
        "shapes": [shape.summary() for shape in shapes if shape is not best],
        "cpus": len(bench.cpus),
        "numpy": np.__version__,
        "blas": {"name": library.name, "version": library.version, "kernel": library.kernel},
    }
    interval = median_interval(best.rates())
    return Measurement(
        quantity="gemm",
        precision=precision.value,
        unit="FLOP/s",
        median=interval.median,
        low=interval.low,
        high=interval.high,
        samples=len(best.samples),
        confidence=interval.confidence,
        method=_method(library),
        conditions=conditions,
    )


@dataclass(frozen=True, slots=True)
class _Operands:
    size: int
    trial: Callable[[], Sample]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Repetitions of one size."""

    size: int
    samples: tuple[Sample, ...]

    @property
    def operations(self) -> int:
        return 2 * self.size**3

    def rates(self) -> list[float]:
        return [self.operations / sample.wall_s for sample in self.samples]

    def best(self) -> float:
        return max(self.rates())

    def sides(self) -> dict[str, JsonValue]:
        return {"m": self.size, "n": self.size, "k": self.size}

    def summary(self) -> JsonValue:
        return self.sides() | {
            "median": median_interval(self.rates()).median,
            "best": self.best(),
            "samples": len(self.samples),
        }


def _prepared(
    precision: Precision, window: Window, bench: Bench, multiply: Multiply
) -> Iterator[_Operands]:
    """Yield sizes, warmed up, as long as the next is foreseen to fit the time and the memory."""
    now = bench.stopwatch.wall
    began_s = now()
    share_s = window.share_s(began_s)
    until_s = began_s + _PREPARATION * share_s
    room = allowance(bench.roots)
    sizes = _sizes(precision, room)
    for size in sizes:
        setup_s = now()
        try:
            trial = _checked_trial(size, precision, bench, multiply)
        except MemoryError:
            if size == sizes[0]:
                raise
            return
        setup_s = now() - setup_s
        repetition_s = warm_up(trial, until_s, bench.stopwatch).wall_s
        bench.tick()
        yield _Operands(size, trial)
        room -= _bytes(size, precision)
        # Twice the side: four times the elements, eight times the operations.
        ready_s = now() + 4 * setup_s + 2 * 8 * repetition_s
        if 8 * repetition_s > _REPETITION * share_s or ready_s > until_s:
            return
        if _bytes(2 * size, precision) > room:
            return


def _checked_trial(
    size: int, precision: Precision, bench: Bench, multiply: Multiply
) -> Callable[[], Sample]:
    """Return a repetition over new random matrices, its product checked once."""
    dtype: type[np.float64 | np.float32] = np.float64 if precision is Precision.FP64 else np.float32
    a: Matrix = bench.generator.standard_normal((size, size), dtype=dtype)
    b: Matrix = bench.generator.standard_normal((size, size), dtype=dtype)
    result: Matrix = np.full((size, size), np.nan, dtype=dtype)
    multiply(a, b, result)
    product.check(a, b, result, bench.generator)
    return lambda: timed(lambda: multiply(a, b, result), bench.stopwatch)


def _sizes(precision: Precision, room: int) -> tuple[int, ...]:
    """Return the sizes to try, upwards, where there are ``room`` bytes."""
    if _bytes(SIZES[0], precision) <= room:
        return SIZES
    fitting = (size for size in _SMALLER if _bytes(size, precision) <= room)
    return (next(fitting, _SMALLER[-1]),)


def _bytes(size: int, precision: Precision) -> int:
    return 3 * size * size * (8 if precision is Precision.FP64 else 4)


def _fastest(shapes: list[_Shape]) -> _Shape:
    """Return the shape of the highest median, of those with enough samples to have one."""
    enough = [shape for shape in shapes if len(shape.samples) >= MIN_SAMPLES] or shapes
    return max(enough, key=lambda shape: median_interval(shape.rates()).median)


def _method(library: blas.Blas) -> str:
    name = library.name if library.version is None else f"{library.name} {library.version}"
    return f"numpy.matmul, {name}; standard-normal data, 2 n³ operations, wall time"
