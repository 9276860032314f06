"""Chooses which parts of a frame are analysed.

A large frame is looked at in four places, and three must say the same, so that one moving or
periodic thing does not speak for the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.noise import Frames


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of the frame, pixels; ``x`` and ``y`` are multiples of 8, JPEG's blocks."""

    x: int
    y: int
    width: int
    height: int

    def of(self, frames: Frames) -> Frames:
        """Return this part of ``frames``, shape (n, height, width)."""
        return frames[:, self.y : self.y + self.height, self.x : self.x + self.width]


def choose(width: int, height: int) -> tuple[Crop, ...]:
    """Return the whole frame, or its centre and three more parts where it is large."""
    if width * height <= limits.MAX_WHOLE:
        return (Crop(0, 0, width, height),)
    wide, high = min(width, limits.CROP), min(height, limits.CROP)
    right, below = width - wide, height - high
    corners = ((right // 2, below // 2), (0, 0), (right, 0), (right // 2, below))
    return tuple(Crop(x // 8 * 8, y // 8 * 8, wide, high) for x, y in corners)


def needed(count: int) -> int:
    """Return how many of ``count`` crops must agree."""
    return min(count, limits.CROPS_AGREEING)
