"""Scenes that a simulated camera looks at: photographs, a wall, dead leaves, a page, a mesh.

Each is linear light, RGB, shape (height, width, 3), in 0..1. The photographs are the ones that
scikit-image ships (no download); a smaller one is repeated by reflection, never enlarged, so that
a scene holds detail up to its own pixel grid.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

Light = NDArray[np.float32]

#: Display gamma of the photographs.
GAMMA = 2.2


def scene(name: str, height: int, width: int, seed: int) -> Light:
    """Return the scene ``name``; ``dim-`` and ``defocus-`` before a photograph's name change it.

    Raises:
        AttributeError: there is no such photograph.
    """
    if name.startswith("dim-"):
        return (scene(name[4:], height, width, seed) * np.float32(0.15)).astype(np.float32)
    if name.startswith("defocus-"):
        sharp = scene(name[8:], height, width, seed)
        return np.asarray(cv2.GaussianBlur(sharp, (0, 0), 8.0), np.float32)
    if name in _DRAWN:
        return _DRAWN[name](height, width, np.random.default_rng(seed))
    return _photograph(name, height, width)


def _photograph(name: str, height: int, width: int) -> Light:
    picture = np.asarray(getattr(skimage.data, name)())
    if picture.ndim == 2:
        picture = np.dstack([picture] * 3)
    light = (picture[..., :3].astype(np.float32) / 255) ** np.float32(GAMMA)
    pad_y = max(0, height - light.shape[0])
    pad_x = max(0, width - light.shape[1])
    light = np.pad(light, ((0, pad_y), (0, pad_x), (0, 0)), "symmetric")[:height, :width]
    return np.ascontiguousarray(0.02 + 0.75 * light, np.float32)


def _wall(height: int, width: int, rng: np.random.Generator) -> Light:
    across = np.linspace(0.12, 0.45, width)[None, :]
    down = np.linspace(1.0, 0.7, height)[:, None]
    grey = (across * down)[..., None]
    return np.asarray(grey * rng.uniform(0.9, 1.05, 3), np.float32)


def _leaves(height: int, width: int, rng: np.random.Generator) -> Light:
    """Dead leaves: discs with a 1/r³ law of radii, each hiding what lies below."""
    out = np.full((height, width, 3), 0.2, np.float32)
    radii = 1 / np.sqrt(rng.uniform(1 / 150**2, 1 / 3**2, size=24_000))
    for radius in radii:
        colour = rng.uniform(0.03, 0.8, 3)
        colour = 0.7 * colour.mean() + 0.3 * colour
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        cv2.circle(out, centre, int(radius), tuple(float(v) for v in colour), -1)
    return out


def _blank(height: int, width: int, rng: np.random.Generator) -> Light:
    """An evenly painted surface under a lens that darkens towards the corners."""
    x = np.linspace(-1, 1, width)[None, :]
    y = np.linspace(-1, 1, height)[:, None]
    grey = (0.35 / (1 + 0.4 * (x**2 + y**2)))[..., None]
    return np.asarray(grey * rng.uniform(0.85, 1.1, 3), np.float32)


def _mesh(height: int, width: int, rng: np.random.Generator) -> Light:
    """Fine sine waves in both directions: a periodic scene that could pass for a lattice."""
    period = rng.uniform(5, 9)
    x = np.sin(2 * np.pi * np.arange(width) / period)[None, :]
    y = np.sin(2 * np.pi * np.arange(height) / period)[:, None]
    return np.asarray(np.dstack([0.25 + 0.1 * x + 0.1 * y] * 3), np.float32)


def _weave(height: int, width: int, rng: np.random.Generator) -> Light:
    """Cloth: threads of two greys, over and under, with a period of about four output pixels."""
    period = rng.uniform(7, 10)
    x = np.sin(2 * np.pi * np.arange(width) / period)[None, :]
    y = np.sin(2 * np.pi * np.arange(height) / period)[:, None]
    return np.asarray(np.dstack([np.where(x * y > 0, 0.4, 0.12)] * 3), np.float32)


_DRAWN: dict[str, Callable[[int, int, np.random.Generator], Light]] = {
    "wall": _wall,
    "blank": _blank,
    "leaves": _leaves,
    "mesh": _mesh,
    "weave": _weave,
}
