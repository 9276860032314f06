"""The fastest library is chosen in little time, however slow the others are."""

from __future__ import annotations

import pytest

from gauger_probes.measure.backends.cpu.trial import RUNGS, choose
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from support.fake_clock import FakeClock
from support.fake_library import FakeLibrary, FakeWork, at


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bench(clock: FakeClock) -> Bench:
    return Bench(stopwatch=clock.stopwatch())


def test_the_fastest_wins_on_the_largest_shape_that_time_allows(
    clock: FakeClock, bench: Bench
) -> None:
    slow, fast = at(clock, 1e11, "slow"), at(clock, 1.1e11, "fast")
    choice = choose([slow, fast], Precision.FP32, 3.0, bench)
    assert (choice.best.library.name, choice.best.shape) == ("fast", RUNGS[-1])
    assert choice.best.rate == pytest.approx(1.1e11)
    assert [each.library.name for each in choice.beaten] == ["slow"]
    assert clock.now_s < 4.5


def test_a_library_that_is_only_fast_on_small_products_loses(
    clock: FakeClock, bench: Bench
) -> None:
    def seconds(shape: Shape) -> float:
        return shape.operations / (1e12 if shape == RUNGS[0] else 1e10)

    small, large = FakeLibrary(clock, seconds, "small"), at(clock, 2e10, "large")
    assert choose([small, large], Precision.FP32, 9.0, bench).best.library.name == "large"


def test_a_library_that_is_slow_on_small_products_alone_wins(
    clock: FakeClock, bench: Bench
) -> None:
    def seconds(shape: Shape) -> float:
        return shape.operations / (5e11 if shape in RUNGS[:2] else 3e12)

    late, steady = FakeLibrary(clock, seconds, "late"), at(clock, 2e12, "steady")
    assert choose([steady, late], Precision.BF16, 3.0, bench).best.library.name == "late"


def test_a_loop_that_emulates_a_precision_costs_no_more_than_its_smallest_product(
    clock: FakeClock, bench: Bench
) -> None:
    loop, unit = at(clock, 2e8, "loop"), at(clock, 1e12, "unit")
    choice = choose([loop, unit], Precision.BF16, 0.2, bench)
    assert choice.best.library.name == "unit"
    assert {shape for _, shape in loop.runs} == {RUNGS[0]}
    assert clock.now_s < 0.5


def test_a_machine_that_is_slow_altogether_is_tried_once_and_not_again(
    clock: FakeClock, bench: Bench
) -> None:
    only = at(clock, 4e6)
    choice = choose([only], Precision.FP32, 0.2, bench)
    assert choice.best.shape == RUNGS[0]
    assert len(only.runs) == 2, "once to check it, once to time it"


def test_quick_products_are_repeated_so_that_one_hiccup_decides_nothing(
    clock: FakeClock, bench: Bench
) -> None:
    late = [1e-5, 0.005, *[1e-5] * 1000]
    library = FakeLibrary(clock, lambda _: late.pop(0), largest=RUNGS[0].operations)
    choice = choose([library], Precision.FP32, 1.0, bench)
    assert 10 < len(library.runs) <= 51
    assert choice.best.rate == pytest.approx(RUNGS[0].operations / 1e-5)


def test_what_cannot_be_tried_is_named_with_its_reason(clock: FakeClock, bench: Bench) -> None:
    good, wrong, without = (at(clock, 1e10, name) for name in ("good", "wrong", "without"))
    wrong.wrong, without.refused = True, (Precision.INT8,)
    choice = choose([wrong, without, good], Precision.INT8, 1.0, bench)
    assert choice.best.library is good
    assert choice.refused == {
        "wrong": "WrongResultError: wrong is wrong",
        "without": "NotNativeError: without has no int8",
    }


def test_a_library_that_runs_out_of_memory_keeps_the_figure_that_it_has(
    clock: FakeClock, bench: Bench
) -> None:
    short = at(clock, 1e11)
    short.largest = RUNGS[1].operations
    choice = choose([short], Precision.FP32, 1.0, bench)
    assert choice.best.shape == RUNGS[1]
    assert choice.refused == {"fake": "MemoryError: "}


def test_a_figure_from_a_small_product_is_not_held_against_one_from_a_large_one(
    clock: FakeClock, bench: Bench
) -> None:
    short, able = at(clock, 1e13, "short"), at(clock, 1e11, "able")
    short.largest = RUNGS[0].operations
    assert choose([short, able], Precision.FP32, 1.0, bench).best.library is able


def test_no_library_at_all_is_a_precision_that_nobody_multiplies(bench: Bench) -> None:
    with pytest.raises(NotNativeError, match="no library multiplies it"):
        choose([], Precision.FP32, 1.0, bench)


def test_a_wrong_result_is_raised_before_a_missing_kernel(clock: FakeClock, bench: Bench) -> None:
    wrong, without = at(clock, 1e10, "wrong"), at(clock, 1e10, "without")
    wrong.wrong, without.refused = True, (Precision.FP32,)
    with pytest.raises(WrongResultError):
        choose([without, wrong], Precision.FP32, 1.0, bench)
    with pytest.raises(NotNativeError, match="without has no fp32"):
        choose([without], Precision.FP32, 1.0, bench)


def test_whatever_a_foreign_library_raises_costs_itself_alone(
    clock: FakeClock, bench: Bench
) -> None:
    class Failing(FakeLibrary):
        def gemm(self, precision: Precision, shape: Shape, seed: int) -> FakeWork:
            raise RuntimeError("std::bad_alloc")

    failing = Failing(clock, lambda _: 1.0, "failing")
    choice = choose([failing, at(clock, 1e10, "good")], Precision.FP32, 1.0, bench)
    assert choice.best.library.name == "good"
    assert choice.refused == {"failing": "RuntimeError: std::bad_alloc"}
    with pytest.raises(RuntimeError, match="bad_alloc"):
        choose([failing], Precision.FP32, 1.0, bench)
