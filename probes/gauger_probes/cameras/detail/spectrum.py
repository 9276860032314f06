"""Cut-off of the temporal noise's spectrum: a bound on effective detail, whatever its cause.

Noise arises after the lens, so its spectrum is flat up to the sensor's Nyquist frequency and
shows every filter behind it, focus aside. Demosaicing costs 5 to 8 dB at the edge, upscaling 16
to 30, but so does a strong denoiser: this bounds, it does not tell which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.noise import Map, Mask, Noise

Power = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edge:
    """One axis: the cut-off in cycles per pixel, and the loss in dB near 0.5."""

    cutoff: float
    loss_db: float


@dataclass(frozen=True, slots=True)
class Edges:
    """Both axes."""

    across: Edge
    down: Edge

    @property
    def loss_db(self) -> float:
        """Return the worse axis's level near Nyquist, dB relative to low frequencies."""
        return min(self.across.loss_db, self.down.loss_db)


def edges(noise: Noise, floor: float, even_only: bool) -> Edges | None:
    """Return the spectrum's edges, ``None`` where too few tiles are left.

    ``floor`` is the power of rounding (variance, steps²) to take off. ``even_only`` leaves out
    tiles with detail in the mean frame: a lossy codec makes noise of its own out of detail.
    """
    good = _usable(noise)
    if even_only:
        good = np.logical_and(good, _even(noise))
    if good.sum() < limits.MIN_TILES:
        return None
    power = _power(noise.differences, good)
    low = np.abs(np.fft.fftfreq(limits.TILE)) < limits.AXIS_BAND
    half = limits.TILE // 2 + 1
    across = power[low].mean(axis=0)[:half]
    down = power[:, low].mean(axis=1)[:half]
    return Edges(_edge(across - floor), _edge(down - floor))


def scene_peak(noise: Noise) -> float:
    """Return the highest peak of the mean frame's spectrum over its surroundings.

    It says whether the scene is periodic, such as cloth or a mesh; nothing else is read from it.
    It is 0 where no tile is usable.
    """
    good = _usable(noise)
    if not good.any():
        return 0.0
    power = np.fft.fftshift(_power(noise.mean[None], good))
    size = limits.SCENE_RING
    padded = np.pad(power, size, "wrap")
    around = np.lib.stride_tricks.sliding_window_view(padded, (2 * size + 1, 2 * size + 1))
    typical = np.median(around, axis=(2, 3))
    frequency = np.abs(np.fft.fftshift(np.fft.fftfreq(limits.TILE)))
    ratio = power / np.maximum(typical, 1e-9)
    return float(ratio[np.maximum.outer(frequency, frequency) >= limits.SCENE_FROM].max())


def _usable(noise: Noise) -> Mask:
    """Return which tiles are usable throughout."""
    return np.asarray(_tiles(noise.usable.astype(np.float32)).all(axis=(1, 2)), np.bool_)


def _even(noise: Noise) -> Mask:
    """Return which tiles hold little detail in the mean frame."""
    mean = _tiles(noise.mean)
    steps = [np.square(np.diff(mean, axis=axis)).mean(axis=(1, 2)) for axis in (1, 2)]
    gradient = np.sqrt(np.maximum(*steps))
    return np.asarray(gradient < limits.EVEN_PER_SIGMA * noise.sigma + limits.EVEN)


def _power(differences: Map, good: Mask) -> Power:
    """Return the mean power spectrum over the ``good`` tiles, shape (TILE, TILE)."""
    taper = np.hanning(limits.TILE).astype(np.float32)
    window = np.outer(taper, taper)
    total = np.zeros((limits.TILE, limits.TILE))
    for difference in differences:
        tiles = _tiles(difference)[good]
        tiles = (tiles - tiles.mean(axis=(1, 2), keepdims=True)) * window
        total += np.square(np.abs(np.fft.fft2(tiles))).mean(axis=0)
    return total / len(differences) / float(np.square(window).sum())


def _tiles(image: Map) -> Map:
    """Return the tiles of ``image``, shape (tiles, TILE, TILE); what is left over is left out."""
    size = limits.TILE
    rows, columns = image.shape[0] // size, image.shape[1] // size
    cut = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return cut.transpose(0, 2, 1, 3).reshape(-1, size, size)


def _edge(power: Power) -> Edge:
    """Return the edge of one axis; ``power[k]`` is at k / TILE cycles per pixel."""
    frequencies = np.arange(1, power.size) / limits.TILE
    padded = np.concatenate([power[1:2], power[1:], power[-1:]])
    smooth = np.maximum((padded[:-2] + padded[1:-1] + padded[2:]) / 3, 1e-9)
    low, high = limits.REFERENCE_BAND
    reference = float(smooth[(frequencies > low) & (frequencies < high)].mean())
    passed = frequencies[10 * np.log10(smooth / reference) >= limits.CUTOFF_DB]
    outer = float(smooth[frequencies >= limits.EDGE_FROM].mean())
    return Edge(float(passed.max(initial=0.0)), float(10 * np.log10(outer / reference)))
