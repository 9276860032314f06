"""Temporal noise of one crop: what differs between frames when the scene does not.

The scene cancels in the difference of two frames, so a blank or defocused wall serves as well as
a chart. Noise that passed through an interpolator has less variance where pixels were computed
from several samples than where one was copied: the maps here carry that pattern.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gauger_probes.cameras.detail import limits

Map = NDArray[np.float32]
Mask = NDArray[np.bool_]
Frames = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise of a crop of n frames, shape (height, width).

    ``differences`` has shape (n - 1, height, width), in steps of the 8-bit scale, divided by √2 so
    that its variance is one frame's; ``mean`` is the mean frame; ``usable`` leaves out blocks that
    are clipped or in which something moved; ``sigma`` is the noise's standard deviation over the
    usable blocks, ``unchanged`` the share of pixels that are equal in successive frames.
    """

    differences: Map
    mean: Map
    usable: Mask
    sigma: float
    unchanged: float
    clipped: float
    moving: float
    drift: float


def measure(frames: Frames) -> Noise:
    """Return the temporal noise of ``frames``, shape (n, height, width)."""
    levels = frames.mean(axis=(1, 2), dtype=np.float64)
    steps = np.diff(frames.astype(np.int16), axis=0)
    differences = (steps - np.diff(levels)[:, None, None]).astype(np.float32) / np.float32(2**0.5)
    mean = frames.mean(axis=0, dtype=np.float32)
    clipped = block_means(_clipped(frames)) > limits.MAX_CLIPPED_PIXELS
    power = block_means(np.einsum("tyx,tyx->yx", differences, differences) / len(differences))
    typical = float(np.median(power[~clipped])) if not clipped.all() else 0.0
    moving = power > limits.MAX_BLOCK_SIGMA_RATIO**2 * max(typical, limits.ROUNDING_VARIANCE)
    good = ~clipped & ~moving
    return Noise(
        differences,
        mean,
        _spread(good, frames.shape[1:]),
        sigma=float(np.sqrt(power[good].mean())) if good.any() else 0.0,
        unchanged=float((steps == 0).mean()),
        clipped=float(clipped.mean()),
        moving=float((moving & ~clipped).mean()),
        drift=float(np.abs(levels - levels.mean()).max() / max(levels.mean(), 1.0)),
    )


def variance_maps(noise: Noise, axis: int) -> tuple[Map, Map, Map]:
    """Return the variance of the noise and of its first and second difference along ``axis``.

    ``axis`` is 0 (down) or 1 (across). Each map is as large as the crop; the last rows or columns
    of the second and third, where a neighbour is missing, repeat the ones before them.
    """
    return (
        _variance(noise.differences, axis, 0),
        _variance(noise.differences, axis, 1),
        _variance(noise.differences, axis, 2),
    )


def _variance(differences: Map, axis: int, order: int) -> Map:
    total = np.square(np.diff(differences[0], order, axis=axis))
    for difference in differences[1:]:
        total += np.square(np.diff(difference, order, axis=axis))
    padding = ((0, order), (0, 0)) if axis == 0 else ((0, 0), (0, order))
    return np.pad(total / np.float32(len(differences)), padding, "edge")


def block_means(image: Map) -> NDArray[np.float64]:
    """Return the means over squares of ``limits.BLOCK`` pixels; what is left over is left out."""
    size = limits.BLOCK
    rows, columns = image.shape[0] // size, image.shape[1] // size
    squares = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return np.asarray(squares.mean(axis=(1, 3), dtype=np.float64))


def _clipped(frames: Frames) -> Map:
    outside = (frames < limits.BLACK) | (frames > limits.WHITE)
    return np.asarray(outside.mean(axis=0, dtype=np.float32))


def _spread(good: Mask, shape: tuple[int, ...]) -> Mask:
    size = limits.BLOCK
    wide = good.repeat(size, axis=0).repeat(size, axis=1)
    out = np.zeros(shape, np.bool_)
    out[: wide.shape[0], : wide.shape[1]] = wide
    return out
