"""What a camera's modes claim: sizes, frame rates, formats, and whether all of them were read.

Pure. The claims of the driver's nodes and of the descriptors are taken together, because a kernel
leaves out formats that it does not know and a device without a driver has descriptors alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from gauger_probes.evidence.camera import Camera, Fraction, Mode, Node, NodeRole

#: USB Video Class states frame intervals in units of 100 ns, cut or rounded.
_UNIT_S = 1e-7
#: Longest side counted, in pixels: V4L2 states sides in 32 bits, evidence may hold any number.
_MAX_SIDE = 2**32
_NO_PICTURE = (NodeRole.METADATA, NodeRole.OUTPUT)


def modes_of(camera: Camera) -> tuple[Mode, ...]:
    """Return every mode that the driver or the descriptors claim for taking pictures."""
    driver = [mode for node in _picture_nodes(camera) for mode in node.modes]
    return tuple(dict.fromkeys([*driver, *camera.descriptor_modes]))


def all_read(camera: Camera) -> bool:
    """Return whether no mode can be missing: driver or descriptors were read without a gap."""
    nodes = _picture_nodes(camera)
    driver = bool(nodes) and all(node.modes and not node.unread for node in nodes)
    return driver or (bool(camera.descriptor_modes) and not _descriptor_gaps(camera))


def gaps(camera: Camera) -> tuple[str, ...]:
    """Return why modes could not be read, in the words of who tried."""
    nodes = [item.reason for node in _picture_nodes(camera) for item in node.unread]
    return tuple(dict.fromkeys([*nodes, *_descriptor_gaps(camera)]))


def size(mode: Mode) -> tuple[int, int]:
    """Return the largest width and height of a mode, in pixels."""
    width = mode.width if mode.width is not None else _largest(mode.width_range)
    height = mode.height if mode.height is not None else _largest(mode.height_range)
    return min(max(width, 0), _MAX_SIDE), min(max(height, 0), _MAX_SIDE)


def fastest(mode: Mode) -> float | None:
    """Return the highest frame rate of a mode in Hz, ``None`` where it states none."""
    stated = list(mode.intervals)
    if mode.interval_range is not None:
        stated.append(mode.interval_range.min)
    rates = [rate for rate in map(rate_of, stated) if rate is not None]
    return max(rates, default=None)


def rate_of(interval: Fraction) -> float | None:
    """Return the frame rate in Hz that a claimed interval stands for.

    1,111,111 units of 100 ns stand for 9 Hz, although their inverse is a little more: a whole
    rate whose interval lies within one unit is meant. No more than one unit is what broken
    cameras state for "none" and is no rate.
    """
    if interval.numerator <= 0 or interval.denominator <= 0:
        return None
    seconds = interval.numerator / interval.denominator
    if seconds <= _UNIT_S * 1.5:
        return None
    whole = round(1 / seconds)
    meant = whole > 0 and abs(1 / whole - seconds) <= _UNIT_S
    return float(whole) if meant else interval.denominator / interval.numerator


def formats(modes: Iterable[Mode]) -> frozenset[str]:
    """Return the pixel formats of ``modes``, without padding or byte order."""
    return frozenset(mode.pixel_format.removesuffix("-BE").strip() for mode in modes)


def _picture_nodes(camera: Camera) -> list[Node]:
    return [node for node in camera.nodes if node.role not in _NO_PICTURE]


def _descriptor_gaps(camera: Camera) -> list[str]:
    return [item.reason for item in camera.unread if item.field == "descriptorModes"]


def _largest(span: object) -> int:
    return int(getattr(span, "max", 0))
