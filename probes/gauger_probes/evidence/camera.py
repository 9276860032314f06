"""Cameras: where each sits, what it claims, and what it delivered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gauger_probes.evidence.common import OMIT_NONE, Measurement, Unread


class NodeRole(StrEnum):
    """What a video4linux node is for."""

    CAPTURE = "capture"
    METADATA = "metadata"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class UsbId:
    """Lower-case hex without ``0x``, as in the device descriptor."""

    vendor: str
    product: str
    bcd_device: str | None = None


@dataclass(frozen=True, slots=True)
class Fraction:
    """A frame interval in seconds, ``numerator / denominator``."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Range:
    """A stepwise or continuous size in pixels; ``step`` 1 means continuous."""

    min: int
    max: int
    step: int


@dataclass(frozen=True, slots=True)
class IntervalRange:
    """A stepwise or continuous frame interval."""

    min: Fraction
    max: Fraction
    step: Fraction


@dataclass(frozen=True, slots=True)
class Mode:
    """One pixel format at one size (or range of sizes) with its frame intervals.

    ``pixel_format`` is the fourcc as v4l2-ctl spells it (``YUYV``, ``"Y16 "``, ``"Y16 -BE"``).
    """

    pixel_format: str
    width: int | None = field(default=None, metadata=OMIT_NONE)
    height: int | None = field(default=None, metadata=OMIT_NONE)
    width_range: Range | None = field(default=None, metadata=OMIT_NONE)
    height_range: Range | None = field(default=None, metadata=OMIT_NONE)
    intervals: tuple[Fraction, ...] = ()
    interval_range: IntervalRange | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, slots=True)
class Node:
    """One /dev/videoN of a camera; ``role`` is ``None`` where the node could not be asked."""

    path: str
    role: NodeRole | None
    modes: tuple[Mode, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a camera with its range, as the driver states it.

    ``name`` and ``id`` (eight hex digits) are V4L2's. ``value`` is ``None`` where it could not be
    read, which the node's ``unread`` explains; ``unit`` where V4L2 defines none.
    """

    name: str
    id: str
    min: int
    max: int
    step: int
    default: int
    value: int | None
    unit: str | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True, slots=True)
class Camera:
    """One physical (or virtual) camera with all its nodes.

    ``virtual``: a driver makes the picture. ``remote``: it is attached over USB/IP or a network.
    ``link_bits_per_s``: the speed that its USB link negotiated, which hides modes when it is low.
    """

    id: str
    bus: str
    address: str
    usb: UsbId | None
    name: str | None
    manufacturer: str | None
    serial: str | None
    driver: str | None
    bound: bool
    virtual: bool
    remote: bool
    nodes: tuple[Node, ...] = ()
    descriptor_modes: tuple[Mode, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    source: str | None = None
    unread: tuple[Unread, ...] = ()
    controls: tuple[Control, ...] = ()
    link_bits_per_s: float | None = None
