"""What was measured of a camera, read from its measurements by quantity.

``effectiveDetail`` says under ``conditions`` what the frames of one mode show (``word``) and whose
detail they hold (``effectiveWidth`` × ``effectiveHeight`` in a mode of ``width`` × ``height``);
``frameRate`` gives the delivered rate in Hz, with ``claimedHz`` and ``uniqueHz``. What lacks this
shape is passed over: a measurement is evidence beside the claim, never instead of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.common import JsonValue, Measurement

#: A clock's tolerance: a delivered rate within it of the claim is the claim.
TOLERANCE = 0.02

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Upscaled:
    """A mode whose pictures hold no more detail than ``effective``; sizes in pixels."""

    claimed: Size
    effective: Size


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one mode delivered: unique frames per second, against its claim, both in Hz.

    ``link_bits_per_s`` is the speed of the USB link, ``None`` where it is not known.
    """

    mode: str
    hz: float
    claimed_hz: float | None
    link_bits_per_s: float | None


def upscaled(camera: Camera) -> Iterator[Upscaled]:
    """Yield each measured mode whose pictures are upscaled."""
    for item in _of_quantity(camera, "effectiveDetail"):
        claimed = _size(item, "width", "height")
        effective = _size(item, "effectiveWidth", "effectiveHeight")
        if item.conditions.get("word") == "upscaled" and claimed and effective:
            smaller = min(claimed[0], effective[0]), min(claimed[1], effective[1])
            yield Upscaled(claimed, smaller)


def upscaled_size(camera: Camera, claimed: Size | None) -> Size | None:
    """Return whose detail the picture of size ``claimed`` holds, where it is upscaled."""
    return next((item.effective for item in upscaled(camera) if item.claimed == claimed), None)


def delivered(camera: Camera) -> tuple[Delivered, ...]:
    """Return the fastest delivery of each measured mode: exposure may have slowed another."""
    best: dict[str, Delivered] = {}
    for item in _of_quantity(camera, "frameRate"):
        found = _delivered(camera, item)
        if found.mode not in best or found.hz > best[found.mode].hz:
            best[found.mode] = found
    return tuple(best.values())


def beyond_claim(camera: Camera, claimed: float) -> float:
    """Return the highest delivered rate in Hz where it lies beyond ``claimed``, else 0."""
    rates = [item.hz for item in delivered(camera) if item.hz > claimed * (1 + TOLERANCE)]
    return max(rates, default=0.0)


def _delivered(camera: Camera, item: Measurement) -> Delivered:
    size = _size(item, "width", "height")
    unique = _number(item.conditions.get("uniqueHz"))
    link = _number(item.conditions.get("linkBitsPerS"))
    return Delivered(
        mode="its fastest mode" if size is None else "{}×{}".format(*size),
        hz=item.median if unique is None else min(unique, item.high),
        claimed_hz=_number(item.conditions.get("claimedHz")),
        link_bits_per_s=link or camera.link_bits_per_s,
    )


def _of_quantity(camera: Camera, quantity: str) -> Iterator[Measurement]:
    return (item for item in camera.measurements if item.quantity == quantity)


def _size(item: Measurement, width: str, height: str) -> Size | None:
    sides = _number(item.conditions.get(width)), _number(item.conditions.get(height))
    if sides[0] is None or sides[1] is None:
        return None
    return round(sides[0]), round(sides[1])


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)
