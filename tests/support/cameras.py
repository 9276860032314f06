"""Builds cameras for judging from a line for each mode, such as ``Y16  160x122@9``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gauger_probes.evidence.camera import Camera, Fraction, Mode, Node, NodeRole, UsbId
from gauger_probes.evidence.common import Measurement, Unread

_MODE = re.compile(r"(?P<format>.{4}(?:-BE)?) (?P<width>\d+)x(?P<height>\d+)(?:@(?P<rate>\d+))?")


def mode(text: str) -> Mode:
    """Return the mode that ``text`` spells; its interval is in USB's units of 100 ns."""
    found = _MODE.fullmatch(text)
    assert found is not None, text
    rate = found["rate"]
    units = None if rate is None else round(1e7 / int(rate))
    exact = units is None or abs(1e7 / int(rate or 1) - units) * int(rate or 1) < 1e3
    interval = Fraction(units, 10_000_000) if exact and units else Fraction(1, int(rate or 1))
    return Mode(
        found["format"],
        width=int(found["width"]),
        height=int(found["height"]),
        intervals=() if rate is None else (interval,),
    )


def camera(
    *modes: str,
    usb: str | None = "1d6b:0102",
    bound: bool = True,
    industrial: bool = False,
    virtual: bool = False,
    remote: bool = False,
    measurements: Sequence[Measurement] = (),
    unread: str | None = None,
) -> Camera:
    """Return a USB Video Class camera with these modes; ``industrial``: of no standard class.

    Without a driver (``bound`` false) the modes are claimed by the descriptors alone; ``unread``
    is a note on what could not be read in them.
    """
    found = tuple(mode(text) for text in modes)
    node = Node("/dev/video0", NodeRole.CAPTURE, found)
    ids = UsbId(*usb.split(":")) if usb else None
    return Camera(
        id=f"usb-{usb}-1-2",
        bus="pci" if industrial else "usb",
        address="1-2",
        usb=None if industrial else ids,
        name="Camera",
        manufacturer=None,
        serial=None,
        driver=("grabber" if industrial else "uvcvideo") if bound else None,
        bound=bound,
        virtual=virtual,
        remote=remote,
        nodes=(node,) if bound and found else (),
        descriptor_modes=() if industrial else found,
        measurements=tuple(measurements),
        unread=() if unread is None else (Unread("descriptorModes", unread),),
    )


def camera_of_case(case: Mapping[str, Any]) -> tuple[Camera, ...]:
    """Return the camera of a case beside a pack, if it has one."""
    if "camera" not in case:
        return ()
    stated = dict(case["camera"])
    return (camera(*stated.pop("modes"), **stated),)
