"""What a stream delivered, worked out from what was noted of each frame. Pure.

A camera can fall short of its claim in several ways that a mean hides: frames dropped (gaps in
the driver's count), damaged, or sent more than once. Frames whose bytes equal those of the frame
before are duplicates; the rate of the others is the one that matters. The interval is estimated
by Theil's incomplete method (H. Theil, Proc. KNAW 53, 1950): drivers round times to ticks of up
to 10 ms, which the median of single intervals mistakes for a rate.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from gauger_probes.cameras.v4l2_stream_abi import BufferFlags
from gauger_probes.measure.statistics import median_interval

#: Frames that come this soon after the first are not counted: exposure still settles then.
WARM_UP_S = 0.5
#: Fewer frames than this, in pairs, give no 95 % interval on a median.
_FEW = 12
#: By how much a driver's clock may run fast or slow against ours. Dequeuing late by 50 ms at one
#: end of two seconds moves the slope by less; firmware with wrong clocks is far off.
_CLOCK_TOLERANCE = 0.05
#: Two frames cannot be told apart in time below this.
_TICK_S = 1e-6
_WRAP = 1 << 32


class Clock(StrEnum):
    """Whose time the intervals are of."""

    DRIVER = "driver"
    DEQUEUE = "dequeue"


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """What is kept of a frame: no picture.

    ``faulty``: the driver marked it; ``short``: bytes are missing; ``repeats``: its bytes equal
    those of the frame before. Times in seconds; the driver's clock may be anything.
    """

    sequence: int
    timestamp_s: float
    dequeued_s: float
    flags: int
    faulty: bool = False
    short: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """A delivered rate in Hz with its interval, and what happened meanwhile.

    ``hz`` is the reciprocal of the median interval of ``pairs`` of frames half the stream apart,
    no frame in two of them; ``low_hz`` to ``high_hz`` bounds it with ``confidence``.
    ``unique_hz`` counts frames that are neither duplicates nor damaged. ``dropped`` is ``None``
    where the driver does not count frames. ``clock_slope`` is the driver's seconds for each of
    ours, ``None`` where its clock stands still.
    """

    hz: float
    low_hz: float
    high_hz: float
    confidence: float
    pairs: int
    mean_hz: float
    unique_hz: float
    frames: int
    dropped: int | None
    duplicates: int
    corrupt: int
    jitter_s: float
    p95_interval_s: float
    clock: Clock
    clock_slope: float | None


def rate_of(records: Sequence[FrameRecord]) -> Rate | None:
    """Return the rate of a stream's frames in their order, the warm-up left out.

    ``None`` where fewer than two frames remain: one frame has no rate.
    """
    kept = settled(records)
    if len(kept) < 2:
        return None
    slope = _slope(kept)
    clock = Clock.DRIVER if _credible(kept, slope) else Clock.DEQUEUE
    times = [_time(record, clock) for record in kept]
    intervals = [max(later - earlier, _TICK_S) for earlier, later in pairwise(times)]
    half = len(times) // 2
    paired = [
        max((times[at + half] - times[at]) / half, _TICK_S) for at in range(len(times) - half)
    ][:half]
    middle = median_interval(paired)
    return Rate(
        hz=1 / middle.median,
        low_hz=1 / middle.high,
        high_hz=1 / middle.low,
        confidence=middle.confidence,
        pairs=half,
        mean_hz=_pace(times),
        unique_hz=_pace([_time(record, clock) for record in kept if _new(record)]),
        frames=len(kept),
        dropped=_dropped(kept),
        duplicates=sum(record.repeats for record in kept),
        corrupt=sum(record.faulty or record.short for record in kept),
        jitter_s=statistics.stdev(intervals) if len(intervals) > 1 else 0.0,
        p95_interval_s=sorted(intervals)[math.ceil(0.95 * len(intervals)) - 1],
        clock=clock,
        clock_slope=slope,
    )


def settled(records: Sequence[FrameRecord]) -> Sequence[FrameRecord]:
    """Return the frames after the warm-up; of a slow stream, all but the first."""
    if not records:
        return records
    begin_s = records[0].dequeued_s + WARM_UP_S
    later = [record for record in records if record.dequeued_s >= begin_s]
    return later if len(later) >= _FEW else records[1:]


def _time(record: FrameRecord, clock: Clock) -> float:
    return record.timestamp_s if clock is Clock.DRIVER else record.dequeued_s


def _new(record: FrameRecord) -> bool:
    return not (record.repeats or record.faulty or record.short)


def _pace(times: Sequence[float]) -> float:
    """Return frames per second over ``times``; 0 where there is no second frame."""
    return (len(times) - 1) / max(times[-1] - times[0], _TICK_S) if len(times) > 1 else 0.0


def _dropped(records: Sequence[FrameRecord]) -> int | None:
    """Count the gaps in the driver's count, which wraps at 32 bits and may start anew."""
    numbers = [record.sequence for record in records]
    if len(set(numbers)) == 1:
        return None
    steps = [(later - earlier) % _WRAP for earlier, later in pairwise(numbers)]
    return sum(step - 1 for step in steps if 0 < step < _WRAP // 2)


def _credible(records: Sequence[FrameRecord], slope: float | None) -> bool:
    """Whether the driver's times are of a clock like ours, and grow from frame to frame."""
    return (
        slope is not None
        and abs(slope - 1) <= _CLOCK_TOLERANCE
        and all(
            record.flags & BufferFlags.TIMESTAMP_MASK == BufferFlags.TIMESTAMP_MONOTONIC
            for record in records
        )
        and all(a.timestamp_s < b.timestamp_s for a, b in pairwise(records))
    )


def _slope(records: Sequence[FrameRecord]) -> float | None:
    """Return the least-squares slope of the driver's time over the time of dequeuing."""
    ours = [record.dequeued_s for record in records]
    theirs = [record.timestamp_s for record in records]
    if len(set(theirs)) == 1 or len(set(ours)) == 1:
        return None
    return statistics.linear_regression(ours, theirs).slope
