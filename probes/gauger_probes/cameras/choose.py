"""Which of a camera's many modes are worth streaming: the largest and the fastest. Pure.

Of each kind, raw and compressed, the mode with most pixels and the one with most frames are what
a specification sheet would print. Effective detail asks for raw luma, since codecs hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gauger_probes.evidence.camera import Fraction, Mode

#: Most modes of one camera that are streamed.
MAX_CHOICES = 4

#: Codecs and containers among the pixel formats (V4L2 uapi, "Compressed Formats").
COMPRESSED = frozenset(
    (
        *("MJPG", "JPEG", "PJPG", "MPEG", "MPG1", "MPG2", "MPG4", "XVID", "DVSD", "dvsd"),
        *("H264", "AVC1", "M264", "MVC ", "S264", "H263", "HEVC", "VP80", "VP90", "AV1F"),
        *("VC1G", "VC1L", "VP8F", "VP9F", "S265", "FWHT", "SFWH"),
    )
)
#: Raw formats from which luma is read without arithmetic.
LUMA_FORMATS = frozenset(("YUYV", "UYVY", "NV12", "NV21", "GREY", "Y16 ", "YU12", "YV12"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One mode to stream; ``interval`` is the shortest claimed, ``None`` where none is."""

    pixel_format: str
    width: int
    height: int
    interval: Fraction | None

    @property
    def pixels(self) -> int:
        """Pixels in one frame."""
        return self.width * self.height

    @property
    def claimed_hz(self) -> float | None:
        """The claimed rate in Hz, ``None`` where no interval is claimed."""
        if self.interval is None or self.interval.numerator == 0:
            return None
        return self.interval.denominator / self.interval.numerator

    @property
    def is_raw(self) -> bool:
        """Whether pixels come as they are, without a codec."""
        return self.pixel_format not in COMPRESSED


def choose(modes: Iterable[Mode]) -> tuple[Choice, ...]:
    """Return the modes to stream, at most :data:`MAX_CHOICES`: raw ones first, none twice."""
    choices = _choices(modes)
    picked: list[Choice] = []
    for raw in (True, False):
        kind = [choice for choice in choices if choice.is_raw is raw]
        picked += _best(kind, _by_size) + _best(kind, _by_rate)
    return tuple(dict.fromkeys(picked))[:MAX_CHOICES]


def choose_for_detail(modes: Iterable[Mode]) -> Choice | None:
    """Return the largest mode with readable luma, at its fastest; ``None`` where there is none."""
    readable = [choice for choice in _choices(modes) if choice.pixel_format in LUMA_FORMATS]
    return next(iter(_best(readable, _by_size)), None)


def _choices(modes: Iterable[Mode]) -> list[Choice]:
    found = (_choice(mode) for mode in modes)
    return [choice for choice in found if choice is not None]


def _choice(mode: Mode) -> Choice | None:
    width = mode.width_range.max if mode.width_range is not None else mode.width
    height = mode.height_range.max if mode.height_range is not None else mode.height
    if not width or not height:
        return None
    intervals = [item for item in mode.intervals if item.numerator and item.denominator]
    if mode.interval_range is not None and mode.interval_range.min.numerator:
        intervals.append(mode.interval_range.min)
    shortest = min(intervals, key=lambda item: item.numerator / item.denominator, default=None)
    return Choice(mode.pixel_format, width, height, shortest)


def _best(
    choices: list[Choice], rank: Callable[[Choice], tuple[float, float, bool]]
) -> list[Choice]:
    return [max(choices, key=rank)] if choices else []


def _by_size(choice: Choice) -> tuple[float, float, bool]:
    return (choice.pixels, choice.claimed_hz or 0.0, choice.pixel_format in LUMA_FORMATS)


def _by_rate(choice: Choice) -> tuple[float, float, bool]:
    return (choice.claimed_hz or 0.0, choice.pixels, choice.pixel_format in LUMA_FORMATS)
