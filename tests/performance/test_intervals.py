"""The table that says whether intervals hold up counts what it says."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gauger_probes.evidence.common import JsonValue, Measurement

if TYPE_CHECKING:
    from benchmarks.intervals import Held

_REPOSITORY = str(Path(__file__).parents[2])


@pytest.fixture(scope="module", autouse=True)
def benchmarks() -> Iterator[None]:
    sys.path.insert(0, _REPOSITORY)
    yield
    sys.path.remove(_REPOSITORY)


def held(name: str, taken: list[Measurement]) -> Held:
    judge: Callable[[str, list[Measurement]], Held]
    judge = importlib.import_module("benchmarks.intervals").held
    return judge(name, taken)


def table(runs: list[list[tuple[str, Measurement]]]) -> list[Held]:
    make: Callable[[list[list[tuple[str, Measurement]]]], list[Held]]
    make = importlib.import_module("benchmarks.intervals").table
    return make(runs)


def _taken(
    median: float,
    half: float,
    contended: bool = False,
    name: str = "gemm",
    network: str | None = None,
) -> Measurement:
    conditions: dict[str, JsonValue] = {"contended": contended, "network": network}
    ends = (median - half, median + half)
    return Measurement(name, "fp32", "FLOP/s", median, *ends, 9, 0.96, "a method", conditions)


def test_intervals_that_enclose_the_median_of_medians_hold() -> None:
    found = held("gemm", [_taken(100 + at, 5) for at in range(10)])
    assert (found.holding, found.judged, found.centre) == (10, 10, 104.5)
    assert found.verdict == "held"


def test_an_interval_of_one_point_holds_where_it_is_right() -> None:
    assert held("gemm", [_taken(100, 0)] * 6).holding == 6


@pytest.mark.parametrize(("away", "verdict"), [(1, "held"), (2, "not held")])
def test_nine_of_ten_are_enough_and_eight_are_not(away: int, verdict: str) -> None:
    runs = [_taken(100, 1)] * (10 - away) + [_taken(150, 1)] * away
    found = held("gemm", runs)
    assert found.holding == 10 - away
    assert found.verdict == verdict


def test_runs_that_were_disturbed_are_counted_and_set_aside() -> None:
    runs = [_taken(100, 1)] * 6 + [_taken(20, 1, contended=True)] * 4
    found = held("gemm", runs)
    assert (found.runs, found.contended, found.judged, found.holding) == (10, 4, 6, 6)
    assert found.centre == 100
    assert found.verdict == "held"


def test_too_few_undisturbed_runs_show_nothing() -> None:
    runs = [_taken(100, 1)] * 4 + [_taken(20, 1, contended=True)] * 6
    assert held("gemm", runs).verdict == "too few undisturbed runs"
    nothing = held("gemm", runs[4:])
    assert (nothing.centre, nothing.spread, nothing.judged) == (None, None, 0)
    assert "–" in nothing.text()


def test_the_table_has_a_line_for_each_device_and_what_was_measured_of_it() -> None:
    networks = [_taken(100, 1, network=name) for name in ("IResNet-50", "IResNet-100")]
    taken = [_taken(100, 1), _taken(5, 1, name="memoryBandwidth"), *networks]
    lines = table([[("cpu", each) for each in taken] + [("gpu", taken[0])] for _ in range(5)])
    assert [line.name for line in lines] == [
        "cpu gemm fp32",
        "cpu memoryBandwidth fp32",
        "cpu gemm fp32 IResNet-50",
        "cpu gemm fp32 IResNet-100",
        "gpu gemm fp32",
    ]
    assert all(line.runs == 5 for line in lines)
    assert lines[0].text() == "| cpu gemm fp32 | 5 | 0 | 5 of 5 | 100 FLOP/s | 0.0% | held |"
