"""Solves the scale factor from the lines of a lattice.

A factor F leaves lines at 1/F and 0.5/F cycles per pixel, folded below 0.5; one line alone fits up
to three factors. The other line and the noise's cut-off, about 0.44/F, decide between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import log

from gauger_probes.cameras.detail import limits
from gauger_probes.cameras.detail.lattice import Line, Lines, near_jpeg


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a guess is held against."""

    lines: Lines
    strongest: list[Line]
    jpeg: bool
    cutoff: float | None


def folded(frequency: float) -> float:
    """Return ``frequency`` (cycles per pixel, at least 0) as it shows after sampling."""
    rest = frequency % 1.0
    return min(rest, 1.0 - rest)


def solve(lines: Lines, jpeg: bool, cutoff: float | None) -> float:
    """Return the factor in (1, 4] that explains the strongest lines best.

    ``cutoff`` is the noise's cut-off in cycles per pixel, where it is known.
    """
    seen = _Seen(lines, lines.strongest(jpeg, limits.LINES_FOR_FACTOR), jpeg, cutoff)
    guesses = [
        (_plausibility(factor, line, seen), factor)
        for line in seen.strongest
        for factor in _guesses(line.frequency)
    ]
    return _snapped(max(guesses)[1])


def _guesses(frequency: float) -> Iterator[float]:
    for factor in (1 / frequency, 1 / (1 - frequency), 0.5 / frequency):
        if 1 < factor <= limits.MAX_FACTOR * (1 + limits.SNAP):
            yield factor


def _plausibility(factor: float, line: Line, seen: _Seen) -> float:
    score = log(max(line.strength, 1.0)) + _partner(factor, line, seen) - _unexplained(factor, seen)
    plain = Fraction(factor).limit_denominator(limits.PLAIN_DENOMINATOR)
    if seen.jpeg and abs(float(plain) / factor - 1) > limits.SNAP:
        score -= limits.ODD_FACTOR_LOSS
    if seen.cutoff:
        score -= limits.CUTOFF_WEIGHT * abs(log(factor * seen.cutoff / limits.USUAL_CUTOFF))
    return score


def _partner(factor: float, line: Line, seen: _Seen) -> float:
    """Return what the factor's other line adds: nothing where it could not be seen."""
    first, second = folded(1 / factor), folded(0.5 / factor)
    is_first = abs(first - line.frequency) <= limits.LINE_APART
    other = second if is_first else first
    if abs(other - line.frequency) <= limits.LINE_APART:
        return limits.PARTNER_GAIN
    if other < limits.GRID_FROM or (seen.jpeg and near_jpeg(other)):
        return 0.0
    if seen.lines.at(other) >= limits.MIN_PARTNER:
        return limits.PARTNER_GAIN
    return -(limits.FILTER_LINE_LOSS if is_first else limits.PARTNER_LOSS)


def _unexplained(factor: float, seen: _Seen) -> float:
    """Return the loss for a strong line that is no harmonic of the factor's lattice.

    In MJPEG every line has echoes at multiples of 1/8 from it, so nothing is unexplained there.
    """
    if seen.jpeg:
        return 0.0
    harmonics = [folded(0.5 * k / factor) for k in range(1, limits.HARMONICS + 1)]
    strong = max(limits.MIN_LINE_RAW, limits.STRONG_SHARE * seen.strongest[0].strength)
    for line in seen.strongest:
        if line.strength >= strong and not any(
            abs(line.frequency - harmonic) <= limits.LINE_APART for harmonic in harmonics
        ):
            return limits.PARTNER_LOSS
    return 0.0


def _snapped(factor: float) -> float:
    near = float(Fraction(factor).limit_denominator(limits.SNAP_DENOMINATOR))
    return near if abs(near / factor - 1) <= limits.SNAP else round(factor, 3)
