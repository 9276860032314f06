"""Finds the lattice that upscaling leaves in the variance of temporal noise.

An interpolated pixel is a weighted mean of samples and so is less noisy than a sample: with a
scale factor F the noise's variance repeats with period F, and with period 2F where the sensor has
a colour filter, which shows as lines at 1/F and 0.5/F cycles per pixel, folded below 0.5. The
idea is that of Mahdian and Saic (TIFS 2008) for the scene's derivatives, applied to noise alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.noise import Map, Mask, Noise, variance_maps

#: One value per place along an axis, or per frequency.
Profile = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A line at ``frequency`` (cycles per pixel), ``strength`` times the spectrum's median."""

    frequency: float
    strength: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Strength of a line (over the median of the spectrum) at each of ``frequencies``.

    ``both`` is the lesser of the two axes, ``either`` the greater.
    """

    frequencies: Profile
    both: Profile
    either: Profile

    def at(self, frequency: float) -> float:
        """Return the strength in both axes at ``frequency``, cycles per pixel."""
        return float(self.both[int(np.abs(self.frequencies - frequency).argmin())])

    def searchable(self, jpeg: bool) -> Mask:
        """Return which frequencies a lattice may be read from.

        JPEG's own blocks leave lines at multiples of 1/8, with the scene's bands beside them.
        """
        good = (self.frequencies >= limits.SEARCH_FROM) & (self.frequencies <= limits.SEARCH_TO)
        if jpeg:
            good &= ~np.array([near_jpeg(frequency) for frequency in self.frequencies])
        return good

    def strongest(self, jpeg: bool, count: int) -> list[Line]:
        """Return up to ``count`` of the strongest separate lines in both axes."""
        left = np.where(self.searchable(jpeg), self.both, 0.0)
        found: list[Line] = []
        while len(found) < count and left.max() > 0:
            top = int(left.argmax())
            centre = self._centre(self._centre(float(self.frequencies[top])))
            found.append(Line(centre, float(left[top])))
            left[np.abs(self.frequencies - centre) <= limits.LINE_APART] = 0.0
            left[top] = 0.0
        return found

    def _centre(self, frequency: float) -> float:
        near = np.abs(self.frequencies - frequency) <= limits.LINE_APART
        weight = np.where(near, self.both, 0.0) ** 2
        return float((weight * self.frequencies).sum() / weight.sum())

    def one_axis(self, jpeg: bool) -> float:
        """Return the strongest line that need be in one axis only."""
        return float(self.either[self.searchable(jpeg)].max())


def near_jpeg(frequency: float) -> bool:
    """Return whether JPEG's own lines, at multiples of 1/8, could stand at ``frequency``."""
    return abs(frequency * 8 - round(frequency * 8)) / 8 <= limits.JPEG_MASK


def find(noise: Noise) -> Lines:
    """Return the lines in the variance of ``noise``."""
    frequencies = np.arange(limits.GRID_FROM, limits.GRID_TO, limits.GRID_STEP)
    weight = np.maximum(_box_sum(noise.usable.astype(np.float32)), 1)
    axes: list[Profile] = []
    for axis in (0, 1):
        flat = (_flatten(variance, noise, weight) for variance in variance_maps(noise, axis))
        spectra = [_strengths(_mean(f, noise.usable, axis), frequencies) for f in flat]
        axes.append(np.max(spectra, axis=0))
    return Lines(frequencies, np.minimum(*axes), np.maximum(*axes))


def _flatten(variance: Map, noise: Noise, weight: Map) -> Map:
    """Return the variance with what brightness explains and slow changes divided out."""
    flat = variance / _photon_transfer(variance, noise)
    local = _box_sum(np.where(noise.usable, flat, np.float32(0))) / weight
    relative = flat / np.maximum(local, np.float32(1e-3))
    return np.asarray(np.minimum(relative, np.float32(limits.MAX_RELATIVE)))


def _photon_transfer(variance: Map, noise: Noise) -> Map:
    """Return the variance that a pixel's brightness alone explains.

    A periodic scene would otherwise leak into the lattice, since shot noise follows brightness.
    """
    levels = noise.mean.astype(np.intp)
    used = levels[noise.usable]
    count = np.bincount(used, minlength=256)
    total = np.bincount(used, weights=variance[noise.usable], minlength=256)
    known = np.flatnonzero(count >= limits.MIN_PIXELS_PER_LEVEL)
    if known.size == 0:
        return np.ones_like(variance)
    curve = np.interp(np.arange(256), known, total[known] / count[known])
    return np.maximum(curve, limits.ROUNDING_VARIANCE / 10).astype(np.float32)[levels]


def _box_sum(image: Map) -> Map:
    wide = _running_sum(_running_sum(image.astype(np.float64), 0), 1)
    return wide.astype(np.float32)


def _running_sum(values: Profile, axis: int) -> Profile:
    """Return sums over ``limits.BOX`` values around each, fewer at the ends."""
    size = values.shape[axis]
    edges = np.cumsum(values, axis=axis)
    edges = np.concatenate([np.zeros_like(edges.take([0], axis)), edges], axis=axis)
    at = np.arange(size)
    upper = np.minimum(at + limits.BOX // 2 + 1, size)
    lower = np.maximum(at - limits.BOX // 2, 0)
    return edges.take(upper, axis) - edges.take(lower, axis)


def _mean(image: Map, usable: Mask, axis: int) -> Profile:
    """Return the mean over usable pixels at each place along ``axis``, zero where none is."""
    across = 1 - axis
    count = usable.sum(axis=across)
    total = np.where(usable, image, 0).sum(axis=across, dtype=np.float64)
    mean = total / np.maximum(count, 1)
    return np.where(count > 0, mean, mean[count > 0].mean() if count.any() else 0)


def _strengths(profile: Profile, frequencies: Profile) -> Profile:
    """Return the strongest bin near each frequency over the median of the spectrum."""
    ones = np.ones_like(profile)
    level = profile - _running_sum(profile, 0) / _running_sum(ones, 0)
    spectrum = np.abs(np.fft.rfft(level * np.hanning(level.size)))
    bins = np.fft.rfftfreq(level.size)
    typical = float(np.median(spectrum[bins > limits.SEARCH_FROM / 2]))
    near = np.abs(bins[None, :] - frequencies[:, None]) <= limits.LINE_WIDTH
    peaks = np.where(near, spectrum[None, :], 0).max(axis=1)
    return np.asarray(peaks / max(typical, 1e-12))
