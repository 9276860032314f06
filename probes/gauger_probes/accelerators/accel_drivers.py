"""What each driver of the accel subsystem says of its devices, and in which files.

The list is data, ``accel_drivers.toml`` beside this module, each entry with its source. A driver
that it lacks says only that the device is there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from gauger_probes.accelerators.device_files import DeviceFiles, hertz
from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import JsonValue, Limit

_SOURCE = "sysfs:accel"


@dataclass(frozen=True, slots=True)
class DriverFiles:
    """Names of files, most telling first, below a node or its device."""

    title: tuple[str, ...] = ()
    firmware: tuple[str, ...] = ()
    max_mhz: tuple[str, ...] = ()
    cap_mhz: tuple[str, ...] = ()
    power_milliwatts: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


@cache
def table() -> Mapping[str, DriverFiles]:
    """Return the files by the driver's name."""
    text = files("gauger_probes.accelerators").joinpath("accel_drivers.toml").read_text("utf-8")
    return {str(entry["name"]): _row(entry) for entry in tomllib.loads(text)["driver"]}


def _row(entry: Mapping[str, object]) -> DriverFiles:
    properties = entry.get("properties", {})
    return DriverFiles(
        title=_names(entry, "title"),
        firmware=_names(entry, "firmware"),
        max_mhz=_names(entry, "maxMhz"),
        cap_mhz=_names(entry, "capMhz"),
        power_milliwatts=_names(entry, "powerMilliwatts"),
        properties=properties if isinstance(properties, dict) else {},
    )


def _names(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    names = entry.get(key, [])
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def described(driver: str | None, places: Sequence[DeviceFiles]) -> tuple[Identity, list[Limit]]:
    """Return what ``driver`` says in the first of ``places`` that has the file, and its limits."""
    row = table().get(driver or "", DriverFiles())
    most, allowed = _number(places, row.max_mhz), _number(places, row.cap_mhz)
    power = _number(places, row.power_milliwatts)
    properties: dict[str, JsonValue] = {
        name: _text(places, (file,)) for name, file in row.properties.items()
    }
    properties["powerCapW"] = None if power is None else power / 1000
    kept = {name: value for name, value in properties.items() if value is not None}
    title, firmware = _text(places, row.title), _text(places, row.firmware)
    identity = Identity(
        source=driver or _SOURCE,
        name=title,
        max_clock_hz=hertz(most),
        firmware=firmware,
        unread=tuple(dict.fromkeys(item for place in places for item in place.unread)),
        properties=kept or None,
    )
    capped = most and allowed and allowed < most
    detail = f"at most {allowed} MHz of {most} MHz"
    return identity, [Limit("clockCap", identity.source, detail)] if capped else []


def _text(places: Sequence[DeviceFiles], names: Sequence[str]) -> str | None:
    found = (place.text(name) for name in names for place in places)
    return next((text for text in found if text is not None), None)


def _number(places: Sequence[DeviceFiles], names: Sequence[str]) -> int | None:
    found = (place.number(name) for name in names for place in places)
    return next((number for number in found if number is not None), None)
