"""Which shapes are multiplied, how long, and what is reported of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.measure.backends.cpu.table import Shelf
from gauger_probes.measure.backends.cpu.trial import RUNGS
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.gemm import SHAPES, Means, measure
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.statistics import series_interval
from gauger_probes.roots import Roots
from support.fake_clock import FakeClock
from support.fake_library import FakeLibrary, FakeWork, at
from support.kernel_tree import kernel_tree

_CUBE = {side: Shape(side, side, side) for side in (256, 512, 1024, 2048, 4096)}
_SKEWED = Shape(1024, 4096, 512)


def _shapes(found: Measurement) -> set[Shape]:
    others: Any = found.conditions["shapes"]
    best: Any = found.conditions["shape"]
    return {Shape(each["m"], each["n"], each["k"]) for each in (best, *others)}


def _measured(library: FakeLibrary, seconds: float, roots: Roots | None = None) -> Measurement:
    bench = Bench(roots or Roots(), stopwatch=library.clock.stopwatch())
    return measure(Precision.FP32, Window.lasting(0.0, seconds), bench, Means([library]))


@pytest.mark.parametrize("precision", [Precision.FP64, Precision.FP32, Precision.INT8])
def test_this_machine_is_measured_with_an_interval_and_its_conditions(
    precision: Precision,
) -> None:
    bench = Bench()
    libraries = Shelf(bench).offering(precision)
    if not libraries:
        pytest.skip(f"no library here multiplies {precision}")
    means = Means(libraries, {"avx2"})
    found = measure(precision, Window.lasting(time.perf_counter(), 1.0), bench, means)
    unit = "OP/s" if precision is Precision.INT8 else "FLOP/s"
    assert (found.quantity, found.precision, found.unit) == ("gemm", precision.value, unit)
    assert 0 < found.low <= found.median <= found.high
    assert found.samples >= 1
    assert found.confidence == series_interval(range(found.samples)).confidence
    assert "standard-normal data, 2 m n k operations" in found.method
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
        "library",
        "tried",
    }
    assert found == from_json(Measurement, to_json(found))


def test_shapes_are_cubes_and_skewed_ones_by_rising_work() -> None:
    assert [shape.operations for shape in SHAPES] == sorted(shape.operations for shape in SHAPES)
    skewed = [shape for shape in SHAPES if len({shape.m, shape.n, shape.k}) > 1]
    assert len(skewed) >= 2
    assert any(len({shape.m, shape.n, shape.k}) == 3 for shape in skewed)


def test_a_multiplication_that_is_wrong_is_refused_before_it_is_timed() -> None:
    library = at(FakeClock(), 1e9)
    library.wrong = True
    with pytest.raises(WrongResultError, match="fake is wrong"):
        _measured(library, 5.0)
    assert library.runs == [(Precision.FP32, RUNGS[0])]


def test_a_larger_product_that_is_wrong_is_refused_too() -> None:
    class Overflowing(FakeLibrary):
        def gemm(self, precision: Precision, shape: Shape, seed: int) -> Any:
            self.wrong = shape.operations > RUNGS[-1].operations
            return super().gemm(precision, shape, seed)

    clock = FakeClock()
    library = Overflowing(clock, lambda shape: shape.operations / 1e12)
    with pytest.raises(WrongResultError):
        _measured(library, 5.0)


def test_operations_are_counted_as_two_for_each_term() -> None:
    clock = FakeClock(threads=3)
    library = at(clock, 8e9)
    library.threads = 6
    found = _measured(library, 3.5)
    assert found.median == pytest.approx(8e9)
    assert found.low == pytest.approx(found.high)
    assert found.conditions["best"] == pytest.approx(8e9)
    assert found.conditions["threads"] == 6
    assert found.conditions["cpuTimeRate"] == pytest.approx(16e9), "it had half of its threads"


def test_the_fastest_shape_is_reported_and_the_others_lie_beside_it() -> None:
    rates: Mapping[Shape, float] = {_CUBE[512]: 5e9, _CUBE[1024]: 7e9, _SKEWED: 9e9}
    library = FakeLibrary(FakeClock(), lambda shape: shape.operations / rates.get(shape, 6e9))
    found = _measured(library, 40.0)
    assert found.conditions["shape"] == {"m": 1024, "n": 4096, "k": 512}
    assert found.median == pytest.approx(9e9)
    others: Any = found.conditions["shapes"]
    assert [(other["k"], round(other["median"])) for other in others] == [
        (512, 5e9),
        (1024, 7e9),
        (2048, 6e9),
    ]
    assert all(other["samples"] >= MIN_SAMPLES for other in others)
    assert all(other["best"] >= other["median"] for other in others)


def test_a_library_that_came_close_in_the_trial_is_sampled_beside_the_fastest() -> None:
    clock = FakeClock()
    steady = at(clock, 9e9, "steady")
    rates: Mapping[Shape, float] = {_SKEWED: 2e10}
    uneven = FakeLibrary(clock, lambda shape: shape.operations / rates.get(shape, 8e9), "uneven")
    slow = at(clock, 2e9, "slow")
    bench = Bench(stopwatch=clock.stopwatch())
    means = Means([slow, steady, uneven])
    found = measure(Precision.FP32, Window.lasting(0.0, 120.0), bench, means)
    assert found.median == pytest.approx(2e10)
    assert found.conditions["library"] == {"name": "uneven", "version": "1"}
    others: Any = found.conditions["shapes"]
    assert {each["library"] for each in others} == {"steady", "uneven"}


@pytest.mark.parametrize(
    ("rate", "last"),
    [
        (1e8, _CUBE[512]),
        (8e9, _CUBE[1024]),
        (2e10, _SKEWED),
        (9e10, _CUBE[2048]),
        (3.5e11, SHAPES[-2]),
        (1e13, SHAPES[-1]),
    ],
)
def test_shapes_are_those_of_which_one_repetition_fits_a_twelfth_of_the_share(
    rate: float, last: Shape
) -> None:
    found = _measured(at(FakeClock(), rate), 4.2)
    assert _shapes(found) == set(SHAPES[: SHAPES.index(last) + 1])


@pytest.mark.parametrize("slowdown", [1, 2, 8])
def test_a_machine_that_becomes_slower_while_it_is_measured_stays_in_budget(
    slowdown: float,
) -> None:
    clock = FakeClock()

    def seconds(shape: Shape) -> float:
        late = clock.now_s > 0.4 * 3.5
        return shape.operations / 2e10 * (slowdown if late else 1)

    found = _measured(FakeLibrary(clock, seconds), 3.5)
    assert found.samples >= MIN_SAMPLES
    # One repetition of a twelfth of the share may turn out eight times as long, once.
    assert clock.now_s <= 1.3 * 3.5


def test_a_machine_with_little_memory_multiplies_smaller_matrices(tmp_path: Path) -> None:
    # An eighth of 8 MiB holds three 256 × 256 matrices of floats, and not three of 512 × 512.
    roots = kernel_tree(tmp_path, {"proc/meminfo": "MemAvailable:      8192 kB\n"})
    assert _shapes(_measured(at(FakeClock(), 1e9), 3.5, roots)) == {_CUBE[256]}


def test_memory_bounds_the_largest_matrices(tmp_path: Path) -> None:
    # An eighth of 32 MiB holds 512 × 512 in single precision (3 MiB) and nothing beside it.
    roots = kernel_tree(tmp_path, {"proc/meminfo": "MemAvailable:      32768 kB\n"})
    library = at(FakeClock(), 5e10)
    assert _shapes(_measured(library, 3.5, roots)) == {_CUBE[512]}
    assert max(shape.operations for _, shape in library.runs) == _CUBE[512].operations


def test_memory_that_the_smaller_matrices_hold_is_not_there_for_the_larger(tmp_path: Path) -> None:
    # An eighth of 104 MiB holds 1024 × 1024 (12 MiB), but not beside 512 × 512 (3 MiB).
    roots = kernel_tree(tmp_path, {"proc/meminfo": "MemAvailable:      106496 kB\n"})
    assert _shapes(_measured(at(FakeClock(), 5e10), 3.5, roots)) == {_CUBE[512]}


def test_matrices_that_take_long_to_fill_leave_time_to_multiply_them() -> None:
    class SlowToFill(FakeLibrary):
        def gemm(self, precision: Precision, shape: Shape, seed: int) -> FakeWork:
            self.clock.work(0.05 * self.room_bytes(precision, shape) / (3 * 2**20))
            return super().gemm(precision, shape, seed)

    clock = FakeClock()
    found = _measured(SlowToFill(clock, lambda shape: shape.operations / 1e13), 4.2)
    assert SHAPES[-1] not in _shapes(found)
    assert len(_shapes(found)) > 1
    assert clock.now_s <= 4.3


def test_memory_that_runs_out_for_larger_matrices_leaves_the_smaller_ones() -> None:
    library = at(FakeClock(), 5e10)
    library.largest = _CUBE[512].operations
    assert _shapes(_measured(library, 3.5)) == {_CUBE[512]}


def test_memory_that_never_was_there_is_an_error() -> None:
    library = at(FakeClock(), 1e9)
    library.largest = 0
    with pytest.raises(MemoryError):
        _measured(library, 1.0)


def test_the_fastest_library_multiplies_and_the_others_are_named_beside_it() -> None:
    clock = FakeClock()
    fast, slow = at(clock, 9e10, "fast"), at(clock, 6e10, "slow")
    broken = at(clock, 9e12, "broken")
    broken.wrong = True
    bench = Bench(stopwatch=clock.stopwatch())
    found = measure(Precision.FP32, Window.lasting(0.0, 4.0), bench, Means([slow, broken, fast]))
    library, tried = found.conditions["library"], found.conditions["tried"]
    assert isinstance(library, dict)
    assert isinstance(tried, list)
    assert library["name"] == "fast"
    assert [each["name"] for each in tried if isinstance(each, dict)] == ["fast", "slow"]
    assert found.method.startswith("fast multiplies; ")
    assert found.conditions["refused"] == {"broken": "WrongResultError: broken is wrong"}


def test_the_unit_that_the_processor_has_is_named() -> None:
    clock = FakeClock()
    bench = Bench(stopwatch=clock.stopwatch())
    means = Means([at(clock, 1e10)], {"avx2", "avx_vnni"})
    found = measure(Precision.INT8, Window.lasting(0.0, 2.0), bench, means)
    assert found.conditions["unit"] == {"flag": "avx_vnni", "instruction": "VPDPBUSD"}
    assert found.unit == "OP/s"


@pytest.mark.parametrize(("rate", "native"), [(0.9e10, False), (1.2e10, False), (2e10, True)])
def test_half_precision_that_is_no_faster_than_single_is_not_native(
    rate: float, native: bool
) -> None:
    clock = FakeClock()
    bench = Bench(stopwatch=clock.stopwatch())
    means = Means([at(clock, rate, "half")], {"avx512_bf16"}, at(clock, 1e10, "single"))
    if native:
        assert measure(
            Precision.BF16, Window.lasting(0.0, 3.0), bench, means
        ).median == pytest.approx(rate)
        return
    with pytest.raises(NotNativeError, match=r"half multiplies bf16 at .* of the rate of fp32"):
        measure(Precision.BF16, Window.lasting(0.0, 3.0), bench, means)


def test_quick_products_are_sampled_several_at_a_time() -> None:
    """What wakes up at the beginning of a sample must not be most of it."""
    clock = FakeClock()
    found = measure(
        Precision.FP32,
        Window.lasting(0.0, 3.0),
        Bench(stopwatch=clock.stopwatch()),
        Means([at(clock, 1e14)]),
    )
    shape, times = found.conditions["shape"], found.conditions["productsPerSample"]
    assert isinstance(shape, dict)
    assert isinstance(times, int)
    once_s = 2 * float(str(shape["m"])) * float(str(shape["n"])) * float(str(shape["k"])) / 1e14
    assert 0.01 <= times * once_s <= 0.015
    assert found.median == pytest.approx(1e14)


def test_the_proof_of_a_half_precision_leaves_the_window_to_measuring() -> None:
    """Single precision, twice as slow, is repeated for no longer than what it is held against."""
    clock = FakeClock()
    single = at(clock, 1e10, "single")
    means = Means([at(clock, 1e11, "half")], {"avx512_bf16"}, single)
    window = Window.lasting(0.0, 30.0)
    measure(Precision.BF16, window, Bench(stopwatch=clock.stopwatch()), means)
    spent_s = sum(shape.operations / 1e10 for _, shape in single.runs)
    assert len(single.runs) >= 2
    assert spent_s < 0.3 * 30.0


def test_someone_is_told_at_least_as_often_as_samples_are_taken() -> None:
    told: list[None] = []
    clock = FakeClock()
    bench = Bench(stopwatch=clock.stopwatch(), tick=lambda: told.append(None))
    found = measure(Precision.FP32, Window.lasting(0.0, 1.0), bench, Means([at(clock, 1e10)]))
    assert len(told) > found.samples
