"""What the machine's own pace adds to an interval."""

from __future__ import annotations

import pytest

from gauger_probes.evidence.common import Measurement
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.yardstick import Pace, Yardstick, widened


def _taken(quantity: str) -> Measurement:
    return Measurement(quantity, "fp32", "1/s", 100, 99, 101, 60, 0.96, "m", {"cpus": 2})


_STEADY = Pace(50, 20)


def test_a_machine_that_keeps_its_pace_changes_no_interval() -> None:
    found = widened(_taken("gemm"), (_STEADY, _STEADY), [_STEADY] * 5)
    assert (found.low, found.median, found.high) == (99, 100, 101)
    assert found.conditions == {"cpus": 2, "pace": {"slowest": 1, "fastest": 1}}


def test_a_run_that_was_slower_elsewhere_reaches_further_down() -> None:
    found = widened(_taken("gemm"), (_STEADY, _STEADY), [_STEADY, Pace(40, 1), Pace(60, 99)])
    assert (found.low, found.high) == pytest.approx((99 * 0.8, 101 * 1.2))


@pytest.mark.parametrize(
    ("quantity", "low"), [("gemm", 0.8), ("templates", 0.8), ("memoryBandwidth", 0.5)]
)
def test_copies_are_held_against_copies_and_sums_against_sums(quantity: str, low: float) -> None:
    found = widened(_taken(quantity), (_STEADY, _STEADY), [_STEADY, Pace(40, 10)])
    assert found.low == pytest.approx(99 * low)


def test_of_many_paces_a_single_slow_and_a_single_fast_one_are_left_out() -> None:
    run = [*[_STEADY] * 5, Pace(40, 20), Pace(1, 20), Pace(60, 20), Pace(99, 20)]
    found = widened(_taken("gallerySearch"), (_STEADY, _STEADY), run)
    assert (found.low, found.high) == pytest.approx((99 * 0.8, 101 * 1.2))


def test_the_pace_around_a_measurement_is_that_before_and_after() -> None:
    around = (Pace(40, 20), Pace(60, 20))
    assert widened(_taken("gemm"), around, around).low == pytest.approx(99 * 0.8)


def test_an_interval_is_never_narrowed() -> None:
    around = (Pace(30, 20), Pace(50, 20))
    found = widened(_taken("gemm"), around, [Pace(45, 20), Pace(46, 20)])
    assert found.low == 99
    assert found.high == pytest.approx(101 * 46 / 40)


def test_this_machine_has_a_pace() -> None:
    with Yardstick(Bench()) as yardstick:
        paces = [yardstick.take() for _ in range(2)]
    assert all(pace.computing > 0 and pace.copying > 0 for pace in paces)
