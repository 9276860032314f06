"""How much of the temporal noise MJPEG's quantiser could have let through at the finest detail."""

from __future__ import annotations

import numpy as np

from gauger_probes.cameras.detail.model import Table
from gauger_probes.cameras.detail.noise import Noise

#: The lowest coefficients, whose noise the codec hardly touches, and the highest along each axis.
_LOW = ((0, 1), (1, 0), (1, 1))
_HIGH = ((0, 6), (0, 7), (6, 0), (7, 0))


def ratio(noise: Noise, table: Table) -> float:
    """Return the noise in the lowest DCT coefficients over the largest divisor at the highest.

    ``noise`` must come from a crop that begins on JPEG's grid of 8 pixels.
    """
    height, width = (size // 8 * 8 for size in noise.mean.shape)
    cut = noise.differences[:, :height, :width]
    blocks = cut.reshape(len(cut), height // 8, 8, width // 8, 8)
    basis = _cosines()
    power = [
        float(np.square(np.einsum("trycx,y,x->trc", blocks, basis[v], basis[h])).mean())
        for v, h in _LOW
    ]
    return float(np.sqrt(np.mean(power))) / max(table[v][h] for v, h in _HIGH)


def _cosines() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the orthonormal DCT-II basis, one row per frequency (ITU-T T.81, A.3.3)."""
    k, x = np.arange(8)[:, None], np.arange(8)[None, :]
    basis = np.cos((2 * x + 1) * k * np.pi / 16) / 2
    basis[0] /= 2**0.5
    return basis.astype(np.float32)
