"""What is multiplied, how long, how it is checked, and what is reported of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.gemm import SIZES, Multiply, Precision, matmul, measure
from gauger_probes.measure.plan import MIN_SAMPLES, Window, plan
from gauger_probes.measure.product import Matrix
from gauger_probes.measure.statistics import median_interval
from gauger_probes.roots import Roots
from support.fake_clock import FakeClock
from support.kernel_tree import kernel_tree

_PRECISIONS = pytest.mark.parametrize("precision", list(Precision))


def _now(budget_s: float) -> Window:
    return plan(time.perf_counter(), budget_s).fp32


def _taking(clock: FakeClock, seconds: Callable[[int], float]) -> Multiply:
    """Return a multiplication that takes ``seconds`` for each side, and is done but once."""

    def multiply(a: Matrix, b: Matrix, product: Matrix) -> None:
        if np.isnan(product[0, 0]):
            np.matmul(a, b, out=product)
        clock.work(seconds(len(a)))

    return multiply


def _at(clock: FakeClock, rate: float) -> Multiply:
    """Return a multiplication that is right and takes what it would at ``rate`` FLOP/s."""
    return _taking(clock, lambda side: 2 * side**3 / rate)


def _sides(found: Measurement) -> set[int]:
    others: Any = found.conditions["shapes"]
    best: Any = found.conditions["shape"]
    assert best["m"] == best["n"] == best["k"]
    return {best["n"], *(other["n"] for other in others)}


@_PRECISIONS
def test_this_machine_is_measured_with_an_interval_and_its_conditions(
    precision: Precision,
) -> None:
    found = measure(precision, _now(1.5), Bench())
    assert (found.quantity, found.precision, found.unit) == ("gemm", precision.value, "FLOP/s")
    assert 0 < found.low <= found.median <= found.high
    assert found.samples >= 1
    assert found.confidence == median_interval(range(found.samples)).confidence
    assert found.method.startswith("numpy.matmul, ")
    assert set(found.conditions) >= {
        "contended",
        "cpuTimeFraction",
        "stealFraction",
        "threads",
        "loadAverage1",
        "runQueueMax",
        "clockHzMedian",
        "governor",
        "best",
        "cpuTimeRate",
        "shape",
        "shapes",
        "blas",
    }
    assert found == from_json(Measurement, to_json(found))


@_PRECISIONS
def test_the_matrices_are_random_and_never_zeros(precision: Precision) -> None:
    seen: list[Matrix] = []

    def spy(a: Matrix, b: Matrix, product: Matrix) -> None:
        seen.extend((a, b))
        matmul(a, b, product)

    measure(precision, _now(1.0), Bench(generator=np.random.default_rng(11)), spy)
    expected = np.random.default_rng(11).standard_normal((SIZES[0],) * 2, dtype=seen[0].dtype)
    assert np.array_equal(seen[0], expected), "they are what the generator made"
    assert seen[0].dtype == {"fp64": np.float64, "fp32": np.float32}[precision.value]
    for matrix in {id(matrix): matrix for matrix in seen}.values():
        assert np.count_nonzero(matrix) > 0.999 * matrix.size
        assert abs(float(matrix.mean())) < 0.05
        assert float(matrix.std()) == pytest.approx(1.0, abs=0.05)


def test_a_multiplication_that_is_wrong_is_refused_before_it_is_timed() -> None:
    calls = 0

    def broken(a: Matrix, b: Matrix, product: Matrix) -> None:
        nonlocal calls
        calls += 1
        np.matmul(a, b, out=product)
        product[: len(a) // 2] += 1

    with pytest.raises(WrongResultError, match="512 × 512 float64"):
        measure(Precision.FP64, _now(5.0), Bench(), broken)
    assert calls == 1


def test_a_multiplication_that_does_nothing_is_refused() -> None:
    with pytest.raises(WrongResultError, match="nan"):
        measure(Precision.FP32, _now(5.0), Bench(), lambda a, b, product: None)


def test_operations_are_counted_as_two_for_each_term() -> None:
    clock = FakeClock(threads=3)
    rate = 8e9
    bench = Bench(stopwatch=clock.stopwatch())
    found = measure(Precision.FP32, plan(0.0, 10.0).fp32, bench, _at(clock, rate))
    assert found.median == pytest.approx(rate)
    assert found.low == pytest.approx(found.high)
    assert found.conditions["best"] == pytest.approx(rate)
    threads: Any = found.conditions["threads"]
    assert found.conditions["cpuTimeRate"] == pytest.approx(rate * threads / 3)


def test_the_fastest_shape_is_reported_and_the_others_lie_beside_it() -> None:
    clock = FakeClock()
    rates: Mapping[int, float] = {512: 5e9, 1024: 9e9, 2048: 7e9}
    multiply = _taking(clock, lambda side: 2 * side**3 / rates[side])
    bench = Bench(stopwatch=clock.stopwatch())
    found = measure(Precision.FP32, plan(0.0, 110.0).fp32, bench, multiply)
    assert found.conditions["shape"] == {"m": 1024, "n": 1024, "k": 1024}
    assert found.median == pytest.approx(9e9)
    others: Any = found.conditions["shapes"]
    assert [(other["n"], round(other["median"])) for other in others] == [(512, 5e9), (2048, 7e9)]
    assert all(other["samples"] >= MIN_SAMPLES for other in others)
    assert all(other["best"] >= other["median"] for other in others)


@pytest.mark.parametrize(
    ("rate", "sides"), [(1e8, {512}), (8e9, {512, 1024}), (5e10, {512, 1024, 2048})]
)
def test_sizes_are_those_of_which_one_repetition_fits_a_twelfth_of_the_share(
    rate: float, sides: set[int]
) -> None:
    clock = FakeClock()
    bench = Bench(stopwatch=clock.stopwatch())
    found = measure(Precision.FP32, plan(0.0, 12.0).fp32, bench, _at(clock, rate))
    assert _sides(found) == sides


@pytest.mark.parametrize("slowdown", [1, 2, 8])
def test_a_machine_that_becomes_slower_while_it_is_measured_stays_in_budget(
    slowdown: float,
) -> None:
    clock = FakeClock()
    window = plan(0.0, 10.0).fp32

    def seconds(side: int) -> float:
        late = clock.now_s > 0.4 * window.end_s
        return 2 * side**3 / 2e10 * (slowdown if late else 1)

    bench = Bench(stopwatch=clock.stopwatch())
    found = measure(Precision.FP32, window, bench, _taking(clock, seconds))
    assert found.samples >= MIN_SAMPLES
    assert clock.now_s <= 1.2 * window.end_s


def test_a_machine_with_little_memory_multiplies_smaller_matrices(tmp_path: Path) -> None:
    # An eighth of 12 MiB holds three 256 × 256 matrices of doubles, and not three of 512 × 512.
    roots = kernel_tree(tmp_path, {"proc/meminfo": "MemAvailable:      12288 kB\n"})
    clock = FakeClock()
    bench = Bench(roots, stopwatch=clock.stopwatch())
    found = measure(Precision.FP64, plan(0.0, 10.0).fp32, bench, _at(clock, 1e9))
    assert _sides(found) == {256}


def test_memory_bounds_the_largest_matrices(tmp_path: Path) -> None:
    # An eighth of 64 MiB holds 512 × 512 in double precision (6 MiB) and nothing beside it.
    roots = kernel_tree(tmp_path, {"proc/meminfo": "MemAvailable:      65536 kB\n"})
    clock = FakeClock()
    bench = Bench(roots, stopwatch=clock.stopwatch())
    found = measure(Precision.FP64, plan(0.0, 10.0).fp32, bench, _at(clock, 5e10))
    assert _sides(found) == {512}


def test_memory_that_runs_out_for_larger_matrices_leaves_the_smaller_ones() -> None:
    class Short(np.random.Generator):
        def standard_normal(self, *args: Any, **kwargs: Any) -> Any:
            if args[0][0] > SIZES[0]:
                raise MemoryError
            return super().standard_normal(*args, **kwargs)

    clock = FakeClock()
    bench = Bench(generator=Short(np.random.PCG64(2)), stopwatch=clock.stopwatch())
    found = measure(Precision.FP32, plan(0.0, 10.0).fp32, bench, _at(clock, 5e10))
    assert _sides(found) == {SIZES[0]}


def test_memory_that_never_was_there_is_an_error() -> None:
    class Exhausted(np.random.Generator):
        def standard_normal(self, *args: Any, **kwargs: Any) -> Any:
            raise MemoryError

    with pytest.raises(MemoryError):
        measure(Precision.FP32, _now(1.0), Bench(generator=Exhausted(np.random.PCG64(2))))


def test_someone_is_told_at_least_as_often_as_samples_are_taken() -> None:
    told: list[None] = []
    found = measure(Precision.FP32, _now(1.0), Bench(Roots(), tick=lambda: told.append(None)))
    assert len(told) > found.samples
