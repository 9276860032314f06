"""Which precisions are measured, with whose libraries, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.measure.backends.cpu.table import Entry, Shelf
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.plan import Kind, Window
from gauger_probes.measure.precisions import (
    HEAVY_S,
    PRECISIONS,
    Multiplier,
    NoLibraryError,
    TooHurriedError,
    flags,
    lacking,
)
from support.fake_clock import FakeClock
from support.fake_library import FakeLibrary, at
from support.kernel_tree import kernel_tree

_CPU = "processor\t: {0}\nvendor_id\t: GenuineIntel\nphysical id\t: {0}\nflags\t\t: {1}\n\n"


def _shelf(bench: Bench, *offers: tuple[FakeLibrary, Precision, bool]) -> Shelf:
    entries = tuple(
        Entry(library.name, "nowhere:library", (precision,), heavy)
        for library, precision, heavy in offers
    )
    opened = {library.name: library for library, _, _ in offers}
    return Shelf(bench, entries, _opened=dict(opened))


def _multiplier(clock: FakeClock, *offers: tuple[FakeLibrary, Precision, bool]) -> Multiplier:
    bench = Bench(stopwatch=clock.stopwatch())
    return Multiplier(_shelf(bench, *offers), frozenset({"avx512_bf16"}))


def _measured(clock: FakeClock, multiplier: Multiplier, precision: Precision) -> str:
    window = Window.lasting(0.0, 3.0)
    bench = Bench(stopwatch=clock.stopwatch())
    return multiplier.measure(precision, window, bench).method


def test_flags_are_those_that_every_processor_has(tmp_path: Path) -> None:
    text = _CPU.format(0, "fpu avx2 avx512_bf16") + _CPU.format(1, "fpu avx2")
    assert flags(kernel_tree(tmp_path, {"proc/cpuinfo": text})) == {"avx2"}
    assert flags(kernel_tree(tmp_path / "empty", {"proc/version": ""})) == frozenset()


def test_half_precisions_are_lacking_without_a_unit_and_no_others_ever() -> None:
    assert set(lacking(frozenset())) == {Kind.BF16, Kind.FP16}
    assert set(lacking(frozenset({"asimdhp"}))) == {Kind.BF16}
    assert set(PRECISIONS) <= set(Kind)


def test_half_precision_is_measured_against_single() -> None:
    clock = FakeClock()
    single, half = at(clock, 1e10, "single"), at(clock, 4e10, "half")
    multiplier = _multiplier(clock, (single, Precision.FP32, False), (half, Precision.BF16, False))
    assert _measured(clock, multiplier, Precision.BF16).startswith("half")
    assert single.runs


def test_integers_are_measured_without_a_yardstick() -> None:
    clock = FakeClock()
    single, integers = at(clock, 1e10, "single"), at(clock, 0.5e10, "integers")
    multiplier = _multiplier(
        clock, (single, Precision.FP32, False), (integers, Precision.INT8, False)
    )
    assert _measured(clock, multiplier, Precision.INT8).startswith("integers")
    assert not single.runs


@pytest.mark.parametrize(("rate", "chosen"), [(3e10, "heavy"), (9e10, "light")])
def test_a_heavy_library_is_tried_beside_the_others(rate: float, chosen: str) -> None:
    clock = FakeClock()
    multiplier = _multiplier(
        clock,
        (at(clock, 1e10, "single"), Precision.FP32, False),
        (at(clock, rate, "light"), Precision.BF16, False),
        (at(clock, 4e10, "heavy"), Precision.BF16, True),
    )
    assert _measured(clock, multiplier, Precision.BF16).startswith(chosen)


def test_with_little_time_the_light_ones_are_measured_alone() -> None:
    clock = FakeClock()
    light, heavy = at(clock, 1e10, "light"), at(clock, 4e10, "heavy")
    several = _multiplier(clock, (light, Precision.FP32, False), (heavy, Precision.FP32, True))
    hurried = Multiplier(several.shelf, several.isa, budget_s=HEAVY_S - 1)
    assert _measured(clock, hurried, Precision.FP32).startswith("light")
    assert not heavy.runs


def test_all_that_convert_leave_the_precision_unmeasured() -> None:
    clock = FakeClock()
    single, light, heavy = (at(clock, 1e10, name) for name in ("single", "light", "heavy"))
    multiplier = _multiplier(
        clock,
        (single, Precision.FP32, False),
        (light, Precision.BF16, False),
        (heavy, Precision.BF16, True),
    )
    with pytest.raises(NotNativeError, match="multiplies bf16 at 1 of the rate of fp32"):
        _measured(clock, multiplier, Precision.BF16)


def test_no_library_is_said_with_what_was_tried() -> None:
    absent = Entry("absent", "no_such_module:library", (Precision.BF16,))
    multiplier = Multiplier(Shelf(Bench(), (absent,)), frozenset({"avx512_bf16"}))
    with pytest.raises(NoLibraryError, match=r"no library here multiplies bf16 \(absent: Module"):
        multiplier.measure(Precision.BF16, Window.lasting(0.0, 1.0), Bench())


def test_a_heavy_library_is_not_loaded_where_that_would_take_most_of_the_time() -> None:
    heavy = Entry("heavy", "no_such_module:library", (Precision.BF16,), heavy=True)
    shelf = Shelf(Bench(), (heavy,))
    multiplier = Multiplier(shelf, frozenset({"avx512_bf16"}), budget_s=HEAVY_S - 1)
    with pytest.raises(TooHurriedError, match="heavy takes seconds to load"):
        multiplier.open(Precision.BF16)
    with pytest.raises(TooHurriedError):
        multiplier.measure(Precision.BF16, Window.lasting(0.0, 1.0), Bench())
    assert "heavy" not in shelf.missing
