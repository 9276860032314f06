"""The pictures that the rig's cameras send: a scene with sensor noise, upscaled or not.

Frames are made once for a size and sent in turn, each with its number in its first bytes, so
that no two are alike; noise that repeats after some frames is still noise from frame to frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

from support.usb_descriptors import FRAME_BASED, MJPEG, Format, Frame

_DISTINCT = 12
_SMALL = 640 * 480
_NOISE = 6.0
_NEUTRAL = 128
_QUALITY = 90

Picture = NDArray[np.uint8]


def native(shape: Format, frame: Frame) -> Iterator[bytes]:
    """Yield frames whose noise has a value of its own at each pixel."""
    return _numbered(shape, _pictures(frame.width, frame.height))


def upscaled(shape: Format, frame: Frame) -> Iterator[bytes]:
    """Yield frames of a sensor with two thirds of the claimed width and height, made larger."""
    size = (frame.width, frame.height)
    small = _pictures(round(frame.width / 1.5), round(frame.height / 1.5))
    large = [cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC) for picture in small]
    return _numbered(shape, [np.asarray(picture, np.uint8) for picture in large])


def thermal(shape: Format, frame: Frame) -> Iterator[bytes]:
    """Yield frames of 16-bit elements; rows beyond the 120 of the sensor are telemetry.

    Other formats of the same camera are its picture in colour.
    """
    if not shape.guid.startswith(b"Y16 "):
        yield from native(shape, frame)
        return
    random = np.random.default_rng(frame.height)
    base = np.linspace(29_000, 31_000, frame.width)[None, :] * np.ones((frame.height, 1))
    for number in count():
        elements = (base + random.normal(0, 20, base.shape)).astype("<u2")
        elements[120:] = number & 0xFFFF
        yield elements.tobytes()


@lru_cache(maxsize=4)
def _pictures(width: int, height: int) -> tuple[Picture, ...]:
    # Larger pictures are never sent fast enough to be looked at for long.
    distinct = _DISTINCT if width * height <= _SMALL else 3
    return tuple(_noisy(width, height, seed) for seed in range(distinct))


def _noisy(width: int, height: int, seed: int) -> Picture:
    random = np.random.default_rng(seed)
    scene = np.linspace(70, 170, width, dtype=np.float32)[None, :]
    noise = random.standard_normal((height, width), dtype=np.float32)
    return np.clip(np.rint(scene + _NOISE * noise), 0, 255).astype(np.uint8)


def _numbered(shape: Format, pictures: Sequence[Picture]) -> Iterator[bytes]:
    encoded = [_encode(shape, picture) for picture in pictures]
    for number in count():
        head, tail = encoded[number % len(encoded)]
        yield head + number.to_bytes(4, "little") + tail


def _encode(shape: Format, picture: Picture) -> tuple[bytes, bytes]:
    """Return what comes before and after the four bytes that hold the frame's number."""
    if shape.kind == MJPEG:
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        data = jpeg.tobytes()
        return data[:2] + b"\xff\xfe\x00\x06", data[2:]  # a comment of four bytes
    if shape.kind == FRAME_BASED:
        return b"\0\0\0\x01\x65", picture.ravel()[:20_000].tobytes()  # a slice that nobody decodes
    interleaved = np.full((*picture.shape, 2), _NEUTRAL, np.uint8)
    interleaved[..., 1 if shape.guid.startswith(b"UYVY") else 0] = picture
    return b"", interleaved.tobytes()[4:]
