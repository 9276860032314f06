"""Frames of a simulated sensor before a wall, small and fast enough for unit tests."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


def sensor_frames(  # each argument is one thing that a test changes
    factor: float = 1.0,
    *,
    kernel: int = cv2.INTER_CUBIC,
    size: tuple[int, int] = (1200, 960),
    sigma: float = 3.0,
    blur: float = 0.0,
    count: int = 8,
    level: float = 110.0,
) -> Frames:
    """Return luma of shape (count, height, width) for a ``size`` of (width, height).

    A Bayer sensor ``factor`` times smaller than ``size`` looks at a wall of brightness ``level``
    with noise of ``sigma`` steps, is demosaiced bilinearly, blurred and scaled by ``kernel``.
    """
    rng = np.random.default_rng(7)
    small = (round(size[0] / factor), round(size[1] / factor))
    wall = np.linspace(0.8, 1.2, small[0], dtype=np.float32)[None, :] * np.float32(level)
    frames = []
    for _ in range(count):
        noise = rng.standard_normal((small[1], small[0]), dtype=np.float32) * np.float32(sigma)
        mosaic = np.round((wall + noise) * 256).clip(0, 65535).astype(np.uint16)
        rgb = cv2.cvtColor(mosaic, cv2.COLOR_BayerBG2RGB).astype(np.float32) / np.float32(256)
        luma = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
        if blur:
            luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), blur), np.float32)
        if factor != 1:
            luma = np.asarray(cv2.resize(luma, size, interpolation=kernel), np.float32)
        frames.append(np.round(luma.clip(0, 255)).astype(np.uint8))
    return np.stack(frames)


def through_jpeg(frames: Frames, quality: int) -> tuple[Frames, bytes]:
    """Return the frames after JPEG at ``quality``, and the bytes of the last."""
    decoded, data = [], b""
    for frame in frames:
        data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        decoded.append(np.asarray(picture, np.uint8))
    return np.stack(decoded), data
