"""One line for a camera: what it claims at most, and what it delivered.

Of frames, the unique ones are counted: a camera that sends each twice is no faster for it.

The conditions of a measurement are free-form and may come from a stranger's file, so nothing is
taken from them that does not have the expected type.
"""

from __future__ import annotations

from collections.abc import Mapping

from gauger_probes.evidence.camera import Camera, Mode
from gauger_probes.evidence.common import JsonValue, Measurement


def camera_row(item: Camera) -> tuple[str, str, str]:
    """Return where it sits, its name, and what it claims and delivered."""
    modes = [mode for node in item.nodes for mode in node.modes] or list(item.descriptor_modes)
    facts = [_largest(modes)] if modes else ["no mode read"]
    facts += ["virtual"] if item.virtual else []
    facts += ["remote"] if item.remote else []
    facts += [] if item.bound else ["no driver bound"]
    facts += [text for entry in item.measurements if (text := _measured(entry))]
    return item.address, item.name or item.id, " · ".join(facts)


def _largest(modes: list[Mode]) -> str:
    sizes = [(mode.width or _max(mode.width_range), mode.height or _max(mode.height_range), mode)
             for mode in modes]  # fmt: skip
    width, height, mode = max(sizes, key=lambda size: size[0] * size[1])
    rates = [entry.denominator / entry.numerator for entry in mode.intervals if entry.numerator]
    return f"{width}×{height}" + (f" @ {max(rates):.3g} claimed" if rates else " claimed")


def _max(span: object) -> int:
    return int(getattr(span, "max", 0))


def _measured(item: Measurement) -> str | None:
    seen = item.conditions
    if item.quantity == "frameRate":
        claimed = _number(seen, "claimedHz")
        unique = _number(seen, "uniqueHz")
        of = "" if claimed is None else f" of {claimed:.3g}"
        fixed = " with exposure fixed" if seen.get("exposure") == "fixed" else ""
        return f"{_size(seen)} {item.median if unique is None else unique:.3g}{of} Hz{fixed}"
    if item.quantity == "effectiveDetail":
        factor = _number(seen, "factor")
        times = "" if factor is None else f" ×{factor:.3g}"
        return f"{_size(seen)} detail {seen.get('word')}{times}"
    return None


def _size(seen: Mapping[str, JsonValue]) -> str:
    return f"{seen.get('width')}×{seen.get('height')} {seen.get('pixelFormat')}"


def _number(seen: Mapping[str, JsonValue], name: str) -> float | None:
    value = seen.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
