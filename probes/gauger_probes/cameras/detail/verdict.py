"""Turns the signs of one crop into one of the four words.

A lattice says upscaled; a spectrum that reaches the Nyquist frequency says native; neither says
band-limited, whatever the cause; and where a sign could not have shown, the word is indeterminate.
MJPEG is never called native: its blocks hide ×2 and ×4/3, and by the nearest pixel both keep the
spectrum's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from gauger_probes.cameras.detail import factor, gates, lattice, limits, noise, observable, spectrum
from gauger_probes.cameras.detail.lattice import Line
from gauger_probes.cameras.detail.model import Codec, Source, Word
from gauger_probes.cameras.detail.noise import Frames, Noise
from gauger_probes.cameras.detail.spectrum import Edges

COARSE_LATTICE = "sensor lattice 2x coarser than the pixel grid (upscaled ×2 or quad-Bayer)"
BAND_LIMITED = "the noise has no fine detail: upscaling, denoising or a filter, not told apart"
MJPEG_BLIND = "MJPEG's blocks of 8 pixels hide the lattices of ×2 and ×4/3"
PERIODIC = "the scene is periodic and its pattern shows in the noise: show an even surface"
ONE_AXIS = "a lattice along one axis only"


@dataclass(frozen=True, slots=True)
class Signs:
    """What one crop shows; ``observable`` is for MJPEG with a table, ``lines`` the strongest."""

    pixels: int
    sigma: float
    lines: tuple[Line, ...]
    one_axis: float
    factor: float
    edges: Edges | None
    scene_peak: float
    observable: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word for one crop, with its reason and, where anything was measured, its signs."""

    word: Word
    factor: float | None
    reason: str | None
    signs: Signs | None


def of(frames: Frames, source: Source) -> Verdict:
    """Return the verdict on one crop, ``frames`` of shape (n, height, width)."""
    found = noise.measure(frames)
    refused = gates.crop(found)
    if refused is not None:
        return Verdict(Word.INDETERMINATE, None, refused, None)
    signs = _signs(found, source)
    word, reason = _decide(signs, source.codec)
    return Verdict(word, signs.factor if word is Word.UPSCALED else None, reason, signs)


def _signs(found: Noise, source: Source) -> Signs:
    jpeg = source.codec is Codec.MJPEG
    lines = lattice.find(found)
    floor = 0.0 if jpeg else limits.ROUNDING_VARIANCE
    edges = spectrum.edges(found, floor, even_only=jpeg)
    rough = edges or spectrum.edges(found, floor, even_only=False)
    cutoff = min(rough.across.cutoff, rough.down.cutoff) if rough else None
    table = source.quantisation
    return Signs(
        pixels=found.mean.size,
        sigma=found.sigma,
        lines=tuple(lines.strongest(jpeg, limits.LINES_FOR_FACTOR)),
        one_axis=lines.one_axis(jpeg),
        factor=factor.solve(lines, jpeg, cutoff),
        edges=edges,
        scene_peak=spectrum.scene_peak(found),
        observable=observable.ratio(found, table) if jpeg and table is not None else None,
    )


def _decide(signs: Signs, codec: Codec) -> tuple[Word, str | None]:
    least = limits.MIN_LINE_RAW if codec is Codec.RAW else limits.MIN_LINE_MJPEG
    if signs.lines[0].strength > least and signs.scene_peak > limits.MAX_SCENE_PEAK:
        return Word.INDETERMINATE, PERIODIC
    if signs.lines[0].strength > least:
        double = isclose(signs.factor, 2.0, rel_tol=limits.SAME_FACTOR)
        return Word.UPSCALED, COARSE_LATTICE if double else None
    if signs.one_axis > limits.MIN_LINE_ONE_AXIS:
        return Word.INDETERMINATE, ONE_AXIS
    if signs.edges is None:
        return Word.INDETERMINATE, "no even and unclipped part is large enough"
    if codec is Codec.RAW:
        return _decide_raw(signs, signs.edges.loss_db)
    return _decide_mjpeg(signs, signs.edges.loss_db)


def _decide_raw(signs: Signs, loss_db: float) -> tuple[Word, str | None]:
    if loss_db > limits.NATIVE_LOSS_RAW:
        return Word.NATIVE, None
    if signs.pixels < limits.MIN_PIXELS_FOR_DOUBLE:
        return Word.INDETERMINATE, "soft, and below 1 MP a ×2 lattice would not show"
    return Word.BAND_LIMITED, BAND_LIMITED


def _decide_mjpeg(signs: Signs, loss_db: float) -> tuple[Word, str | None]:
    if signs.observable is None:
        return Word.INDETERMINATE, "MJPEG without its quantisation table"
    if signs.observable < limits.MIN_OBSERVABLE_MJPEG:
        return Word.INDETERMINATE, "MJPEG's quantiser removes the noise of fine detail"
    if loss_db < limits.SOFT_LOSS_MJPEG:
        return Word.BAND_LIMITED, f"{BAND_LIMITED}; {MJPEG_BLIND}"
    return Word.INDETERMINATE, f"nothing speaks against the full size, but {MJPEG_BLIND}"
