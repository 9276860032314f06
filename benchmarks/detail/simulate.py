"""A simulated camera: scene, optics, noise, colour filter, demosaicing, processing, scaling, codec.

The master scene has twice the output's pixels along each axis and is brought to the sensor's size
by area averaging, so a sensor that is ``factor`` times smaller than the output really sees less.
Noise is EMVA 1288's linear model with a normal shot noise (variance = mean, in electrons).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from benchmarks.detail.scenes import GAMMA, Light
from numpy.typing import NDArray

from gauger_probes.cameras.detail.jpeg import luma_table
from gauger_probes.cameras.detail.model import Codec, Source

Picture = NDArray[np.uint8]

#: Point spread of the optics, in sensor pixels (1 sigma).
PSF_SIGMA = 0.45
KERNELS = {
    "nearest": cv2.INTER_NEAREST,
    "bilinear": cv2.INTER_LINEAR,
    "bicubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}
_DEMOSAICS = {
    "bilinear": cv2.COLOR_BayerBG2RGB,
    "edge-aware": cv2.COLOR_BayerBG2RGB_EA,
    "vng": cv2.COLOR_BayerBG2RGB_VNG,
}


@dataclass(frozen=True, slots=True)
class Camera:
    """One simulated camera: what its sensor, its processor and its scaler do.

    ``full_well`` and ``read_noise`` are in electrons; ``demosaic`` ``none`` is a sensor without a
    colour filter; ``isp`` is none, temporal, bilateral, gauss or unsharp; ``factor`` 1 is native.
    """

    full_well: float
    read_noise: float
    demosaic: str
    isp: str = "none"
    factor: float = 1.0
    kernel: str = "-"
    sharpen: bool = False


def pictures(
    camera: Camera, master: Light, count: int, rng: np.random.Generator
) -> Iterator[Picture]:
    """Yield ``count`` RGB pictures, half the master's size along each axis, as delivered."""
    height, width = master.shape[0] // 2, master.shape[1] // 2
    size = (2 * round(width / camera.factor / 2), 2 * round(height / camera.factor / 2))
    small = cv2.resize(master, size, interpolation=cv2.INTER_AREA)
    light = np.asarray(cv2.GaussianBlur(small, (0, 0), PSF_SIGMA), np.float32)
    before: Light | None = None
    for _ in range(count):
        rgb = _process(_expose(camera, light, rng), camera.isp)
        if camera.isp == "temporal" and before is not None:
            rgb = np.float32(0.3) * rgb + np.float32(0.7) * before
        before = rgb
        yield _scale(camera, np.round(rgb.clip(0, 255)), (width, height))


def raw(shots: list[Picture]) -> tuple[NDArray[np.uint8], Source]:
    """Return the luma of an uncompressed stream, shape (n, height, width)."""
    luma = [np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2YUV), np.uint8)[..., 0] for p in shots]
    return np.stack(luma), Source(Codec.RAW)


def mjpeg(shots: list[Picture], quality: int) -> tuple[NDArray[np.uint8], Source]:
    """Return the luma of a Motion JPEG stream (4:2:0) and its quantisation table."""
    luma: list[NDArray[np.uint8]] = []
    source = Source(Codec.MJPEG)
    for picture in shots:
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        luma.append(np.asarray(decoded, np.uint8))
        source = Source(Codec.MJPEG, luma_table(data.tobytes()))
    return np.stack(luma), source


def _expose(camera: Camera, light: Light, rng: np.random.Generator) -> Light:
    """Return RGB in 0..255 (gamma applied) from one exposure."""
    if camera.demosaic == "none":
        return _electrons(camera, light, rng)
    mosaic = np.empty(light.shape[:2], np.float32)
    mosaic[0::2, 0::2] = light[0::2, 0::2, 0]
    mosaic[0::2, 1::2] = light[0::2, 1::2, 1]
    mosaic[1::2, 0::2] = light[1::2, 0::2, 1]
    mosaic[1::2, 1::2] = light[1::2, 1::2, 2]
    values = _electrons(camera, mosaic, rng)
    code = _DEMOSAICS[camera.demosaic]
    if camera.demosaic == "vng":  # OpenCV has it for 8 bit only
        return np.asarray(cv2.cvtColor(np.round(values).astype(np.uint8), code), np.float32)
    deep = np.round(values * 256).clip(0, 65535).astype(np.uint16)
    return np.asarray(cv2.cvtColor(deep, code), np.float32) / np.float32(256)


def _electrons(camera: Camera, light: Light, rng: np.random.Generator) -> Light:
    mean = light.clip(0, 1) * np.float32(camera.full_well)
    sigma = np.sqrt(mean + np.float32(camera.read_noise**2))
    noisy = mean + sigma * rng.standard_normal(mean.shape, dtype=np.float32)
    signal = (noisy / np.float32(camera.full_well)).clip(0, 1)
    return np.asarray(signal ** np.float32(1 / GAMMA) * np.float32(255), np.float32)


def _process(rgb: Light, isp: str) -> Light:
    if isp == "bilateral":
        return np.asarray(cv2.bilateralFilter(rgb, 5, 12, 1.5), np.float32)
    if isp == "gauss":
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.7), np.float32)
    return _unsharp(rgb) if isp == "unsharp" else rgb


def _unsharp(rgb: Light) -> Light:
    blurred = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 1.0), np.float32)
    return rgb + np.float32(0.8) * (rgb - blurred)


def _scale(camera: Camera, rgb: Light, size: tuple[int, int]) -> Picture:
    if camera.factor != 1:
        scaled = cv2.resize(rgb, size, interpolation=KERNELS[camera.kernel])
        rgb = np.asarray(scaled, np.float32)
    if camera.sharpen:
        rgb = _unsharp(rgb)
    return np.round(rgb.clip(0, 255)).astype(np.uint8)
