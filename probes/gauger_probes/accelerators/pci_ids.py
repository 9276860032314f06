"""Names of PCI vendors, devices, subsystems and classes, from the system's pci.ids.

Format: https://pci-ids.ucw.cz/ (comments at the top of the file). One pass keeps only what was
asked for. A missing or old file costs names, never a device: rating goes by number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from gauger_probes.text import clean

#: Where distributions put the file: Debian and Fedora. Always the running system's.
PATHS: tuple[Path, ...] = (
    Path("/usr/share/misc/pci.ids"),
    Path("/usr/share/hwdata/pci.ids"),
)
#: The file has some 40,000 lines of at most 200 characters.
_MAX_LINES = 500_000
_MAX_LINE = 1024
_HEADER_LINES = 40

_VERSION = re.compile(r"#\s*Version:\s*([0-9]{4}\.[0-9]{2}\.[0-9]{2})")
_VENDOR = re.compile(r"([0-9a-f]{4})\s+(.+)")
_CLASS = re.compile(r"C ([0-9a-f]{2})\s+(.+)")
_DEVICE = re.compile(r"\t([0-9a-f]{4})\s+(.+)")
_SUBCLASS = re.compile(r"\t([0-9a-f]{2})\s+(.+)")
_SUBSYSTEM = re.compile(r"\t\t([0-9a-f]{4}) ([0-9a-f]{4})\s+(.+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The numbers to look up, lower-case hex: vendors, ``vendor:device`` and so on.

    ``subsystems`` are ``vendor:device:subvendor:subdevice``; ``classes`` have two digits (base
    class) or four (with subclass).
    """

    vendors: Collection[str] = ()
    devices: Collection[str] = ()
    subsystems: Collection[str] = ()
    classes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class PciNames:
    """The names that were found; each method returns ``None`` for a number without a name."""

    _vendors: Mapping[str, str] = field(default_factory=dict)
    _devices: Mapping[str, str] = field(default_factory=dict)
    _subsystems: Mapping[str, str] = field(default_factory=dict)
    _classes: Mapping[str, str] = field(default_factory=dict)

    def vendor(self, vendor: str | None) -> str | None:
        """Return the name of a vendor (``10de``)."""
        return self._vendors.get(vendor or "")

    def device(self, vendor: str | None, device: str | None) -> str | None:
        """Return the name of a device."""
        return self._devices.get(f"{vendor}:{device}")

    def subsystem(self, device: str, subsystem: str) -> str | None:
        """Return the name of a subsystem, both numbers as ``vendor:device``."""
        return self._subsystems.get(f"{device}:{subsystem}")

    def class_(self, number: str) -> str | None:
        """Return the name of a base class (``12``) or subclass (``1200``)."""
        return self._classes.get(number)


def find(lines: Iterable[str], wanted: Wanted) -> PciNames:
    """Return the names of ``wanted`` in the ``lines`` of a pci.ids; other lines are passed over."""
    search = _Search(wanted)
    for line in lines:
        if line.startswith("\t\t"):
            search.third_level(line)
        elif line.startswith("\t"):
            search.second_level(line)
        elif not line.startswith("#"):
            search.first_level(line)
    return PciNames(search.vendors, search.devices, search.subsystems, search.classes)


@dataclass(slots=True)
class _Search:
    """What was found so far, and under which vendor (or class) and device the next line stands."""

    wanted: Wanted
    vendors: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    subsystems: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    above: str = ""
    device: str = ""
    in_classes: bool = False

    def first_level(self, line: str) -> None:
        self.in_classes = line.startswith("C ")
        match = (_CLASS if self.in_classes else _VENDOR).match(line)
        self.above, self.device = (match[1] if match else ""), ""
        if match and self.in_classes:
            _keep(self.classes, self.wanted.classes, self.above, match[2])
        elif match:
            _keep(self.vendors, self.wanted.vendors, self.above, match[2])

    def second_level(self, line: str) -> None:
        match = (_SUBCLASS if self.in_classes else _DEVICE).match(line)
        self.device = match[1] if match else ""
        if not match or not self.above:
            return
        if self.in_classes:
            _keep(self.classes, self.wanted.classes, f"{self.above}{self.device}", match[2])
        else:
            _keep(self.devices, self.wanted.devices, f"{self.above}:{self.device}", match[2])

    def third_level(self, line: str) -> None:
        match = None if self.in_classes else _SUBSYSTEM.match(line)
        if match and self.above and self.device:
            key = f"{self.above}:{self.device}:{match[1]}:{match[2]}"
            _keep(self.subsystems, self.wanted.subsystems, key, match[3])


def _keep(names: dict[str, str], wanted: Collection[str], key: str, name: str) -> None:
    text = clean(name) if key in wanted else None
    if text:
        names.setdefault(key, text)


def look_up(wanted: Wanted, paths: Iterable[Path] = PATHS) -> PciNames:
    """Return the names of ``wanted`` from the newest readable file of ``paths``."""
    newest: Path | None = None
    version = ""
    for path in paths:
        found = _version(path)
        if found is not None and (newest is None or found > version):
            newest, version = path, found
    if newest is None:
        return PciNames()
    try:
        return find(_lines(newest), wanted)
    except OSError:
        return PciNames()


def _version(path: Path) -> str | None:
    """Return the version in the head of a file ("" where it has none), ``None`` if unreadable."""
    try:
        head = list(islice(_lines(path), _HEADER_LINES))
    except OSError:
        return None
    return next((match[1] for line in head if (match := _VERSION.match(line))), "")


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="backslashreplace") as stream:
        yield from islice(iter(partial(stream.readline, _MAX_LINE), ""), _MAX_LINES)
