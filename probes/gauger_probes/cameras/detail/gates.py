"""Reasons for which nothing can be said, checked before any figure is believed."""

from __future__ import annotations

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.model import Codec, Source
from gauger_probes.cameras.detail.noise import Frames, Noise


def stream(frames: Frames, source: Source) -> str | None:
    """Return why these frames cannot be judged at all, ``None`` where they can."""
    if source.codec is Codec.H264:
        return "H.264 removes the noise that the analysis reads: ask for an uncompressed mode"
    if source.codec is Codec.OTHER:
        return "the codec is not one whose effect on noise is known"
    count, height, width = frames.shape
    if count < limits.MIN_FRAMES:
        return f"too few different frames: {count} of {limits.MIN_FRAMES}"
    if min(width, height) < limits.MIN_SIDE:
        return f"too small: {width}x{height}, below {limits.MIN_SIDE} pixels along a side"
    return None


def crop(noise: Noise) -> str | None:
    """Return why this part of the frames cannot be judged, ``None`` where it can."""
    if noise.clipped > limits.MAX_CLIPPED_BLOCKS:
        return "saturated or black: show the camera an even, dim scene"
    if noise.drift > limits.MAX_DRIFT:
        return f"brightness drifts by {noise.drift:.1%}: exposure has not settled"
    if noise.moving > limits.MAX_MOVING_BLOCKS:
        return "the scene moves"
    if noise.sigma < limits.MIN_SIGMA:
        return (
            f"too little noise: {noise.sigma:.2f} of {limits.MIN_SIGMA:.2f} steps: "
            "raise the gain or dim the light"
        )
    if noise.unchanged > limits.MAX_UNCHANGED and noise.sigma > limits.SIGMA_OF_CHANGE:
        return f"{noise.unchanged:.0%} of pixels do not change: something removes the noise"
    return None
