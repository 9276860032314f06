"""A camera whose claims do not agree: with each other, or with what was measured.

Descriptors and driver state modes apart; a measurement says which detail a picture holds and how
fast pictures come. Each is said with its figures, and no word is said about why.
"""

from __future__ import annotations

from collections.abc import Iterator

from gauger_probes.evidence.camera import Camera, Mode, NodeRole
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.camera_measured import TOLERANCE, Delivered, delivered, upscaled
from gauger_thresholds.metrics.camera_modes import size
from gauger_thresholds.metrics.camera_rating import CameraRating
from gauger_thresholds.metrics.machine import Machine

#: A rate below this share of the claim is said; exposure and bandwidth explain less than that.
_FAR_BELOW = 0.9
#: The fastest that a USB 2 link runs, in bit/s.
_USB_2 = 480e6
#: Most modes named on each side; a camera may have hundreds.
_NAMED = 4


def find(machine: Machine) -> tuple[Doubt, ...]:
    """Return one doubt for each contradiction, camera by camera."""
    return tuple(
        doubt
        for rating in machine.cameras.values()
        for finder in (_listings, _detail, _rates)
        for doubt in finder(rating)
    )


def _listings(rating: CameraRating) -> Iterator[Doubt]:
    camera = rating.camera
    driver = {_key(mode) for mode in _driver_modes(camera)}
    descriptors = {_key(mode) for mode in camera.descriptor_modes}
    if not driver or not descriptors or driver == descriptors:
        return
    sides = [("its descriptors", descriptors - driver), ("its driver", driver - descriptors)]
    said = [f"only {who} {_verb(who)} {_listed(modes)}" for who, modes in sides if modes]
    yield Doubt(
        doubt="camera_claims",
        subject=camera.id,
        explanation=f"{rating.name}: {'; '.join(said)}",
        sources=("usb:descriptors", f"driver:{camera.driver}"),
        advice="both are counted; a newer driver may know the formats that this one leaves out",
    )


def _verb(who: str) -> str:
    return "claim" if who.endswith("s") else "claims"


def _driver_modes(camera: Camera) -> Iterator[Mode]:
    for node in camera.nodes:
        if node.role not in (NodeRole.METADATA, NodeRole.OUTPUT):
            yield from node.modes


def _key(mode: Mode) -> tuple[str, int, int]:
    return (mode.pixel_format, *size(mode))


def _listed(modes: set[tuple[str, int, int]]) -> str:
    named = [f"{code.strip()} {width}×{height}" for code, width, height in sorted(modes)[:_NAMED]]
    more = len(modes) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _detail(rating: CameraRating) -> Iterator[Doubt]:
    for item in upscaled(rating.camera):
        delivers, claims = ("{}×{}".format(*size) for size in (item.effective, item.claimed))
        yield Doubt(
            doubt="camera_claims",
            subject=rating.camera.id,
            explanation=f"{rating.name} delivers detail of {delivers}, claims {claims}",
            sources=("measure:effectiveDetail",),
            advice="count on the detail that is delivered; law counts the claim",
        )


def _rates(rating: CameraRating) -> Iterator[Doubt]:
    for item in delivered(rating.camera):
        if item.claimed_hz is None:
            continue
        slow = item.hz < item.claimed_hz * _FAR_BELOW
        if slow or item.hz > item.claimed_hz * (1 + TOLERANCE):
            yield Doubt(
                doubt="camera_claims",
                subject=rating.camera.id,
                explanation=f"{rating.name} delivers {item.hz:.3g} different frames per second "
                f"at {item.mode}, claims {item.claimed_hz:.3g}{_link(item)}",
                sources=("measure:frameRate",),
                advice=_if_slow(item) if slow else "judge it by the faster of the two",
            )


def _link(item: Delivered) -> str:
    speed = item.link_bits_per_s
    return "" if speed is None else f", over a link of {speed / 1e6:g} Mbit/s"


def _if_slow(item: Delivered) -> str:
    light = "measure again in bright light, which shortens the exposure"
    if item.link_bits_per_s is None or item.link_bits_per_s > _USB_2:
        return light
    return f"{light}, and at a USB 3 port with a USB 3 cable, if the camera has USB 3"
