"""Rates are right for honest cameras, and figures stay sane for hostile ones."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from gauger_probes.cameras.rates import Clock, FrameRecord, Rate, rate_of, settled
from gauger_probes.cameras.v4l2_stream_abi import BufferFlags

_MONOTONIC = int(BufferFlags.TIMESTAMP_MONOTONIC)


def _records(hz: float, count: int, jitter_s: float = 0.0, seed: int = 7) -> list[FrameRecord]:
    generator = random.Random(seed)  # noqa: S311 - jitter, no secret
    times = [50 + n / hz + generator.uniform(-jitter_s, jitter_s) for n in range(count)]
    return [FrameRecord(n, time, time + 0.011, _MONOTONIC) for n, time in enumerate(times)]


def _rate(records: list[FrameRecord]) -> Rate:
    rate = rate_of(records)
    assert rate is not None
    assert all(
        math.isfinite(value)
        for value in (rate.hz, rate.low_hz, rate.high_hz, rate.mean_hz, rate.unique_hz)
    )
    assert rate.low_hz <= rate.hz <= rate.high_hz
    return rate


@pytest.mark.parametrize("hz", [5.0, 9.0, 29.97, 240.0])
def test_a_steady_camera_delivers_its_rate(hz: float) -> None:
    rate = _rate(_records(hz, 200, jitter_s=0.05 / hz))
    assert rate.hz == pytest.approx(hz, rel=0.02)
    assert rate.mean_hz == pytest.approx(hz, rel=0.02)
    assert rate.unique_hz == pytest.approx(rate.mean_hz)
    assert rate.confidence >= 0.95
    assert (rate.dropped, rate.duplicates, rate.corrupt) == (0, 0, 0)
    assert rate.clock is Clock.DRIVER
    assert rate.clock_slope == pytest.approx(1.0)


def test_the_interval_holds_the_true_rate_as_often_as_it_says() -> None:
    rates = [_rate(_records(30, 120, jitter_s=0.003, seed=seed)) for seed in range(300)]
    assert all(rate.confidence >= 0.95 for rate in rates)
    held = sum(rate.low_hz <= 30 <= rate.high_hz for rate in rates)
    assert 0.92 * 300 <= held < 300


def test_a_thermal_camera_that_sends_each_frame_three_times_is_seen_through() -> None:
    records = [replace(r, repeats=r.sequence % 3 != 0) for r in _records(27, 150)]
    rate = _rate(records)
    assert rate.hz == pytest.approx(27, rel=0.01)
    assert rate.unique_hz == pytest.approx(9, rel=0.01)
    assert rate.duplicates == pytest.approx(2 * rate.frames / 3, abs=1)


@pytest.mark.parametrize("tick_s", [0.004, 0.01])
@pytest.mark.parametrize("hz", [60.0, 30.0, 25.0, 240.0])
def test_times_in_ticks_of_the_kernel_do_not_move_the_rate(tick_s: float, hz: float) -> None:
    records = [
        replace(r, timestamp_s=math.floor(r.timestamp_s / tick_s) * tick_s + r.sequence * 1e-9)
        for r in _records(hz, 121)
    ]
    rate = _rate(records)
    assert rate.clock is Clock.DRIVER
    assert rate.hz == pytest.approx(hz, rel=0.01)


def test_lost_frames_are_counted_and_lower_the_delivered_rate() -> None:
    kept = [record for record in _records(30, 200) if record.sequence % 10 != 5]
    rate = _rate(kept)
    assert rate.dropped == pytest.approx(18.5, abs=1)
    assert rate.hz == pytest.approx(27, rel=0.01)
    assert rate.mean_hz == pytest.approx(27, rel=0.01)


def test_damaged_frames_are_not_unique_ones() -> None:
    records = [replace(r, faulty=r.sequence % 4 == 0) for r in _records(20, 120)]
    records[-2] = replace(records[-2], short=True)
    rate = _rate(records)
    assert rate.corrupt == sum(r.faulty or r.short for r in settled(records))
    assert rate.unique_hz == pytest.approx(15, rel=0.03)


def test_a_count_that_wraps_drops_nothing() -> None:
    records = [replace(r, sequence=(r.sequence - 60) % 2**32) for r in _records(30, 120)]
    assert _rate(records).dropped == 0


def test_a_count_that_starts_anew_drops_nothing() -> None:
    records = [replace(r, sequence=r.sequence % 50) for r in _records(30, 120)]
    assert _rate(records).dropped == 0


def test_a_driver_that_does_not_count_has_no_figure() -> None:
    assert _rate([replace(r, sequence=0) for r in _records(30, 60)]).dropped is None


@pytest.mark.parametrize(
    "times",
    [
        lambda n, time: 0.0,
        lambda n, time: -time,
        lambda n, time: time if n % 7 else time - 5,
        lambda n, time: time * 3,
        lambda n, time: 1e300 * (-1) ** n,
    ],
    ids=["all zero", "backwards", "jumping", "another clock", "absurd"],
)
def test_times_that_cannot_be_are_not_used(times: object) -> None:
    assert callable(times)
    records = [
        replace(r, timestamp_s=times(n, r.timestamp_s)) for n, r in enumerate(_records(30, 90))
    ]
    rate = _rate(records)
    assert rate.clock is Clock.DEQUEUE
    assert rate.hz == pytest.approx(30, rel=0.01)


def test_times_that_are_no_capture_times_are_not_used() -> None:
    copied = int(BufferFlags.TIMESTAMP_COPY)
    assert _rate([replace(r, flags=copied) for r in _records(30, 60)]).clock is Clock.DEQUEUE


def test_times_ahead_of_ours_are_used() -> None:
    ahead = [replace(r, timestamp_s=r.timestamp_s + 0.178) for r in _records(30, 60)]
    assert _rate(ahead).clock is Clock.DRIVER


def test_the_warm_up_does_not_count() -> None:
    slow, steady = _records(5, 3), _records(30, 90)
    later = [replace(r, timestamp_s=r.timestamp_s + 0.5, dequeued_s=r.dequeued_s + 0.5,
                     sequence=r.sequence + 3) for r in steady]  # fmt: skip
    assert _rate(slow + later).frames == 90
    assert _rate(slow + later).jitter_s == pytest.approx(0, abs=1e-6)


def test_a_slow_stream_gives_up_its_first_frame_alone() -> None:
    assert _rate(_records(1, 4)).frames == 3


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_frames_have_no_rate(count: int) -> None:
    assert rate_of(_records(30, count)) is None


def test_frames_all_at_once_have_a_finite_rate() -> None:
    records = [replace(r, timestamp_s=1.0, dequeued_s=1.0) for r in _records(30, 20)]
    assert _rate(records).clock_slope is None


def test_a_camera_that_only_repeats_itself_delivers_nothing_new() -> None:
    assert _rate([replace(r, repeats=True) for r in _records(30, 60)]).unique_hz == 0
