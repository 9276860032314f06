"""The simulated cases of one half of the split, and what the analysis says of each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import cycle, product
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from benchmarks.detail.scenes import Light, scene
from benchmarks.detail.simulate import Camera, mjpeg, pictures, raw

from gauger_probes.cameras.detail.analyse import Detail, analyse

SPLIT = Path(__file__).with_name("split.toml")

#: Processing that low-passes the noise of a native sensor.
SMOOTHING = frozenset({"bilateral", "gauss"})
#: Factors tried on a sensor without a colour filter.
_WITHOUT_FILTER = (1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the split, as ``split.toml`` states it."""

    name: str
    settings: dict[str, Any]

    @property
    def qualities(self) -> list[int]:
        """Return the MJPEG qualities that each case is encoded at, besides raw."""
        return list(self.settings["qualities"])


@dataclass(frozen=True, slots=True)
class Case:
    """One camera before one scene."""

    scene: str
    camera: Camera

    @property
    def seed(self) -> int:
        """Return a seed that follows from the case alone."""
        return crc32(repr(self).encode())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of one case through one codec (``raw`` or ``q90``)."""

    case: Case
    codec: str
    detail: Detail


def load(name: str) -> Half:
    """Return the half ``tune`` or ``report``."""
    split = tomllib.loads(SPLIT.read_text("utf-8"))
    return Half(name, {**split["both"], **split[name]})


def cases(half: Half) -> list[Case]:
    """Return every case of ``half``, natives before upscaled ones of the same scene."""
    return [Case(name, camera) for name in half.settings["scenes"] for camera in _cameras(half)]


def outcomes(half: Half, chosen: list[Case]) -> Iterator[Outcome]:
    """Yield what the analysis says of each case, raw first and then each MJPEG quality."""
    master: tuple[str, Light] | None = None
    for case in chosen:
        if master is None or master[0] != case.scene:
            master = case.scene, _master(half, case.scene)
        rng = np.random.default_rng(case.seed)
        shots = list(pictures(case.camera, master[1], half.settings["frames"], rng))
        yield Outcome(case, "raw", analyse(*raw(shots)))
        for quality in half.qualities:
            yield Outcome(case, f"q{quality}", analyse(*mjpeg(shots, quality)))


def _master(half: Half, name: str) -> Light:
    height, width = 2 * half.settings["height"], 2 * half.settings["width"]
    return scene(name, height, width, crc32(name.encode()))


def _cameras(half: Half) -> Iterator[Camera]:
    settings = half.settings
    wells = [float(well) for well in settings["full_wells"]]
    plain = Camera(wells[0], float(settings["read_noise"]), "edge-aware")
    for well in wells:
        for demosaic in settings["native_demosaics"]:
            yield replace(plain, full_well=well, demosaic=demosaic)
        for isp in settings["native_isps"]:
            yield replace(plain, full_well=well, isp=isp)
    factors = [float(Fraction(factor)) for factor in settings["factors"]]
    varied = zip(
        cycle(settings["upscaled_demosaics"]), cycle(settings["upscaled_isps"]), cycle(wells)
    )
    for factor, kernel in product(factors, settings["kernels"]):
        demosaic, isp, well = next(varied)
        scaled = replace(plain, factor=factor, kernel=kernel, demosaic=demosaic, isp=isp)
        yield replace(scaled, full_well=well, sharpen=isp == "unsharp")
    for factor in _WITHOUT_FILTER:
        yield replace(plain, demosaic="none", factor=factor, kernel="bicubic")
