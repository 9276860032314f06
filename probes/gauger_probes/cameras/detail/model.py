"""What the analysis of effective detail is told and what it answers.

Four words and no more: softness has many causes (focus, denoising, a binned readout), so no word
here says that a camera lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gauger_probes.evidence.common import JsonValue

#: Divisors of the 64 DCT coefficients, row by row (vertical frequency first).
Table = tuple[tuple[int, ...], ...]


class Codec(StrEnum):
    """How the frames came from the camera."""

    RAW = "raw"
    MJPEG = "mjpeg"
    H264 = "h264"
    OTHER = "other"


class Word(StrEnum):
    """What the frames show about the pixel grid that they were sampled on."""

    NATIVE = "native"
    UPSCALED = "upscaled"
    BAND_LIMITED = "bandLimited"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Source:
    """The stream that the frames were taken from; ``quantisation`` is MJPEG's luma table."""

    codec: Codec
    quantisation: Table | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """The answer for one mode.

    ``factor`` is the scale factor where the word is ``upscaled``. ``width`` and ``height`` are
    effective pixels: the frame's size over ``factor`` where it is upscaled, the noise's cut-off
    over the Nyquist frequency times the size where it is native or band-limited, and the frame's
    own size, which is then only an upper bound, where the word is ``indeterminate``.
    ``reason`` says why the word is not plainly ``native``; ``evidence`` holds the figures.
    """

    word: Word
    factor: float | None
    width: float
    height: float
    reason: str | None
    evidence: Mapping[str, JsonValue] = field(default_factory=dict)
