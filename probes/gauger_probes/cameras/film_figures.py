"""Puts what was filmed into measurements: the delivered rate of a mode, and its detail. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gauger_probes.cameras.choose import Choice
from gauger_probes.cameras.detail.model import Detail
from gauger_probes.cameras.picture import bit_depth, is_jpeg, jpeg_size
from gauger_probes.cameras.rates import Rate
from gauger_probes.cameras.take import Take
from gauger_probes.evidence.camera import Fraction
from gauger_probes.evidence.common import JsonValue, Measurement


class Exposure(StrEnum):
    """With which exposure a mode was streamed."""

    AS_FOUND = "asFound"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Setup:
    """Which node streamed which mode, how exposed, over a link of which speed."""

    node: str
    choice: Choice
    exposure: Exposure = Exposure.AS_FOUND
    link_bits_per_s: float | None = None


def frame_rate(setup: Setup, took: Take, rate: Rate) -> Measurement:
    """Return the delivered rate in Hz with all that was counted."""
    width, height = _delivered(setup.choice, took)
    conditions: dict[str, JsonValue] = _mode(setup) | {
        "claimedHz": setup.choice.claimed_hz,
        "grantedHz": _hertz(took.granted.interval),
        "uniqueHz": rate.unique_hz,
        "meanHz": rate.mean_hz,
        "frames": rate.frames,
        "dropped": rate.dropped,
        "duplicates": rate.duplicates,
        "corrupt": rate.corrupt,
        "jitterS": rate.jitter_s,
        "p95IntervalS": rate.p95_interval_s,
        "timeToFirstFrameS": took.first_frame_s,
        "clockSlope": rate.clock_slope,
        "timestampSource": rate.clock.value,
        "deliveredWidth": width,
        "deliveredHeight": height,
        "bitDepth": bit_depth(took.pictures, setup.choice.pixel_format),
        "exposure": setup.exposure.value,
        "linkBitsPerS": setup.link_bits_per_s,
    }
    return Measurement(
        quantity="frameRate",
        precision=None,
        unit="Hz",
        median=rate.hz,
        low=rate.low_hz,
        high=rate.high_hz,
        samples=rate.pairs,
        confidence=rate.confidence,
        method=(
            "V4L2 mapped buffers; reciprocal of the median interval over pairs of frames half the"
            " stream apart, warm-up left out; duplicates have the bytes of the frame before"
        ),
        conditions=conditions,
    )


def effective_detail(setup: Setup, detail: Detail, frames: int) -> Measurement:
    """Return the effective pixels of a mode; the words and figures behind it are conditions."""
    pixels = detail.width * detail.height
    return Measurement(
        quantity="effectiveDetail",
        precision=None,
        unit="px",
        median=pixels,
        low=pixels,
        high=pixels,
        samples=frames,
        confidence=0.0,
        method="lattice and cut-off of the temporal noise of successive frames",
        conditions=_mode(setup)
        | {
            "word": str(detail.word),
            "factor": detail.factor,
            "reason": detail.reason,
            "effectiveWidth": detail.width,
            "effectiveHeight": detail.height,
            "evidence": dict(detail.evidence),
        },
    )


def _mode(setup: Setup) -> dict[str, JsonValue]:
    choice = setup.choice
    return {
        "node": setup.node,
        "pixelFormat": choice.pixel_format,
        "width": choice.width,
        "height": choice.height,
    }


def _delivered(choice: Choice, took: Take) -> tuple[int, int]:
    """Return the size that the pictures have: of JPEG by their own headers."""
    sizes = (jpeg_size(picture) for picture in took.pictures if is_jpeg(choice.pixel_format))
    stated = next((size for size in sizes if size is not None), None)
    return stated or (took.granted.shape.width, took.granted.shape.height)


def _hertz(interval: Fraction | None) -> float | None:
    return None if interval is None else interval.denominator / interval.numerator
