"""Finds columns and rows that only repeat their neighbour: upscaling by the nearest pixel.

Noise makes two sensor columns differ, so an exact repetition in an uncompressed frame was copied.
"""

from __future__ import annotations

import numpy as np

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.noise import Frames


def factor(frames: Frames) -> float | None:
    """Return the scale factor that the repeated columns and rows show, ``None`` for none.

    ``frames`` has shape (n, height, width). With a factor F, 1/F of all columns are new.
    """
    shares = [_new_share(frames, axis) for axis in (1, 2)]
    if max(shares) > 1 - limits.MIN_REPEATED or min(shares) < 1 / limits.MAX_REPEATED:
        return None
    if abs(shares[0] / shares[1] - 1) > limits.SAME_FACTOR:
        return None
    return round(2 / sum(shares), 2)


def _new_share(frames: Frames, axis: int) -> float:
    """Return the share of rows (axis 1) or columns (axis 2) that differ from the one before."""
    size = frames.shape[axis]
    after = frames.take(np.arange(1, size), axis)
    before = frames.take(np.arange(size - 1), axis)
    same = (after == before).all(axis=(0, 3 - axis))
    return float(1 - same.mean())
