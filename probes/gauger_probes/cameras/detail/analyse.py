"""Answers whether a mode's pixels were sampled by the sensor or computed from fewer.

It reads temporal noise, so a still scene is all it needs: a blank wall will do, a chart is not
wanted. The method, its published relatives and its error rates on simulated sensors are in
``docs/reference/detail-errors.md``; the scene's own spectrum is never judged.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from gauger_probes.cameras.detail import crops, gates, limits, repetition, verdict
from gauger_probes.cameras.detail.crops import Crop
from gauger_probes.cameras.detail.model import Codec, Detail, Source, Word
from gauger_probes.cameras.detail.noise import Frames
from gauger_probes.cameras.detail.verdict import Verdict
from gauger_probes.evidence.common import JsonValue

__all__ = ["Codec", "Detail", "Source", "Word", "analyse"]

#: The Nyquist frequency, cycles per pixel.
_NYQUIST = 0.5


def analyse(frames: Frames, source: Source) -> Detail:
    """Return the effective detail of one mode.

    ``frames`` is the luma of at least four successive frames of a still scene, shape
    (n, height, width); exact duplicates of the frame before do not count, and of the others the
    first eight are used.

    Raises:
        ValueError: the array does not have three axes of 8-bit values.
    """
    if frames.ndim != 3 or frames.dtype != np.uint8:
        raise ValueError(f"frames must be 8-bit (n, height, width), not {frames.shape}")
    unique = _without_duplicates(frames)
    refused = gates.stream(unique, source)
    if refused is not None:
        return _unjudged(frames, refused, {"codec": source.codec.value})
    places = crops.choose(frames.shape[2], frames.shape[1])
    verdicts = [verdict.of(place.of(unique), source) for place in places]
    agreed = _agreed(verdicts)
    evidence: dict[str, JsonValue] = {
        "codec": source.codec.value,
        "frames": len(unique),
        "crops": [_told(place, each) for place, each in zip(places, verdicts, strict=True)],
        "cropsAgreeing": len(agreed),
    }
    repeated = repetition.factor(unique[:1]) if source.codec is Codec.RAW else None
    if repeated is not None and verdicts[0].signs is not None:
        evidence["repeatedFactor"] = repeated
        reason = "columns and rows repeat their neighbours exactly"
        return _upscaled(frames, repeated, reason, evidence)
    if len(agreed) < crops.needed(len(verdicts)):
        return _unjudged(frames, _disagreement(verdicts), evidence)
    return _answer(frames, agreed, evidence)


def _without_duplicates(frames: Frames) -> Frames:
    new = [i for i in range(len(frames)) if i == 0 or (frames[i] != frames[i - 1]).any()]
    return frames[new[: limits.MAX_FRAMES]]


def _agreed(verdicts: list[Verdict]) -> list[Verdict]:
    """Return the largest group of verdicts with the same word and, if any, the same factor."""
    groups = [[other for other in verdicts if _same(one, other)] for one in verdicts]
    return max(groups, key=len)


def _same(one: Verdict, other: Verdict) -> bool:
    if one.word is not other.word or one.factor is None or other.factor is None:
        return one.word is other.word
    return abs(one.factor / other.factor - 1) <= limits.SAME_FACTOR


def _disagreement(verdicts: list[Verdict]) -> str:
    words = Counter(each.word.value for each in verdicts)
    return "parts of the frame disagree: " + ", ".join(
        f"{count} {word}" for word, count in sorted(words.items())
    )


def _answer(frames: Frames, agreed: list[Verdict], evidence: dict[str, JsonValue]) -> Detail:
    first = agreed[0]
    if first.word is Word.INDETERMINATE:
        return _unjudged(frames, first.reason or "", evidence)
    if first.word is Word.UPSCALED:
        scale = float(np.median([each.factor for each in agreed if each.factor is not None]))
        return _upscaled(frames, scale, first.reason, evidence)
    edges = [each.signs.edges for each in agreed if each.signs and each.signs.edges]
    across = float(np.median([edge.across.cutoff for edge in edges]))
    down = float(np.median([edge.down.cutoff for edge in edges]))
    _, height, width = frames.shape
    return Detail(
        first.word,
        None,
        width * min(1.0, across / _NYQUIST),
        height * min(1.0, down / _NYQUIST),
        first.reason,
        evidence,
    )


def _upscaled(
    frames: Frames, scale: float, reason: str | None, evidence: dict[str, JsonValue]
) -> Detail:
    _, height, width = frames.shape
    return Detail(Word.UPSCALED, scale, width / scale, height / scale, reason, evidence)


def _unjudged(frames: Frames, reason: str, evidence: dict[str, JsonValue]) -> Detail:
    _, height, width = frames.shape
    return Detail(Word.INDETERMINATE, None, float(width), float(height), reason, evidence)


def _told(place: Crop, found: Verdict) -> dict[str, JsonValue]:
    """Return one crop's figures: positions in pixels, frequencies in cycles per pixel."""
    told: dict[str, JsonValue] = {
        "x": place.x,
        "y": place.y,
        "width": place.width,
        "height": place.height,
        "word": found.word.value,
        "factor": found.factor,
        "reason": found.reason,
    }
    signs = found.signs
    if signs is not None:
        told["sigma"] = round(signs.sigma, 3)
        told["lines"] = [
            {"frequency": round(line.frequency, 4), "z": round(line.strength, 1)}
            for line in signs.lines
        ]
        told["scenePeak"] = round(signs.scene_peak, 1)
        told["oneAxisZ"] = round(signs.one_axis, 1)
        if signs.observable is not None:
            told["observable"] = round(signs.observable, 3)
        if signs.edges is not None:
            told["cutoffAcross"] = signs.edges.across.cutoff
            told["cutoffDown"] = signs.edges.down.cutoff
            told["lossDb"] = round(signs.edges.loss_db, 1)
    return told
