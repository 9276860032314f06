"""Streams one mode for a while: a record of every frame, and a few pictures for analysis."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gauger_probes.cameras import fourcc
from gauger_probes.cameras.choose import Choice
from gauger_probes.cameras.picture import is_short
from gauger_probes.cameras.rates import WARM_UP_S, FrameRecord
from gauger_probes.cameras.stream import Device, Frame, Granted, Shape, Stream
from gauger_probes.cameras.stream_error import StreamError, Trouble
from gauger_probes.cameras.v4l2_abi import BufferType

#: After this many frames beyond the warm-up, more tell little.
ENOUGH_FRAMES = 120
#: Seconds that the first frame may take: some cameras start their sensor cold.
PATIENCE_S = 4.0
#: By how much a mode may overrun to collect the pictures that it lacks.
_OVERRUN = 2.0


@dataclass(frozen=True, slots=True)
class Take:
    """What came of streaming one mode. ``first_frame_s``: from the start to the first frame."""

    granted: Granted
    records: tuple[FrameRecord, ...]
    pictures: tuple[bytes, ...]
    first_frame_s: float


def take(device: Device, queue: BufferType, choice: Choice, seconds: float, pictures: int) -> Take:
    """Stream ``choice`` for ``seconds`` from its first frame, or until there are enough frames.

    ``pictures`` consecutive good frames are kept, duplicates only where nothing else came.

    Raises:
        StreamError: the mode could not be streamed, or the stream broke.
    """
    number = fourcc.code(choice.pixel_format)
    if number is None:
        raise StreamError(Trouble.REFUSED, f"no format is called {choice.pixel_format}")
    shape = Shape(number, choice.width, choice.height)
    with Stream(device, queue, shape, choice.interval) as stream:
        granted = stream.granted.shape
        kept = _Kept(replace(choice, width=granted.width, height=granted.height), seconds, pictures)
        span_s = seconds * (_OVERRUN if pictures else 1.0)
        for frame in stream.frames(PATIENCE_S, span_s):
            if kept.add(frame):
                break
        return Take(
            granted=stream.granted,
            records=kept.judged(),
            pictures=tuple(kept.fresh or kept.stale),
            first_frame_s=kept.records[0].dequeued_s - stream.started_s,
        )


@dataclass(slots=True)
class _Kept:
    """What was kept so far of a stream of ``choice``, which has the size that was granted."""

    choice: Choice
    seconds: float
    wanted: int
    records: list[FrameRecord] = field(default_factory=list)
    fresh: list[bytes] = field(default_factory=list)
    stale: list[bytes] = field(default_factory=list)
    _before: bytes | None = None
    _settled: int = 0

    def add(self, frame: Frame) -> bool:
        """Note ``frame``; return whether that is enough."""
        record = FrameRecord(
            sequence=frame.sequence,
            timestamp_s=frame.timestamp_s,
            dequeued_s=frame.dequeued_s,
            flags=frame.flags,
            faulty=frame.faulty,
            short=is_short(
                frame.payload, self.choice.pixel_format, self.choice.width, self.choice.height
            ),
            repeats=frame.payload == self._before,
        )
        self._before = frame.payload
        self.records.append(record)
        age_s = frame.dequeued_s - self.records[0].dequeued_s
        if age_s >= WARM_UP_S:
            self._settled += 1
            self._keep(record, frame.payload)
        in_time = age_s < self.seconds and self._settled < ENOUGH_FRAMES
        return not in_time and len(self.fresh) + len(self.stale) >= self.wanted

    def judged(self) -> tuple[FrameRecord, ...]:
        """Return the records; what every frame lacks is the camera's habit and no damage."""
        if self.choice.is_raw or not all(record.short for record in self.records):
            return tuple(self.records)
        return tuple(replace(record, short=False) for record in self.records)

    def _keep(self, record: FrameRecord, payload: bytes) -> None:
        pile = self.stale if record.repeats else self.fresh
        if not record.faulty and payload and len(pile) < self.wanted:
            pile.append(payload)
