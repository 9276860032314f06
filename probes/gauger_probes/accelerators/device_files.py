"""Reads the files of one device, and remembers what is there and cannot be read.

Everything goes through the root and is bounded by one page (Documentation/filesystems/sysfs.rst).
What a driver does not offer for a device is absent; what it refuses or garbles is said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.host.device_path import PCI_ADDRESS
from gauger_probes.result import Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import (
    MAX_ENTRIES,
    PAGE,
    Found,
    entries,
    link_name,
    read_attribute,
    read_bytes,
)

PCI_DEVICES = "sys/bus/pci/devices"
#: Above this not every integer is a double, and the evidence holds doubles.
MOST_EXACT = 2**53

_DIGITS = re.compile(r"[0-9]{1,20}")


@dataclass(slots=True)
class DeviceFiles:
    """The files under ``path``; ``unread`` grows with each that is there and says nothing."""

    roots: Roots
    path: str
    unread: list[Unread] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """Return a single-line attribute."""
        found = read_attribute(self.roots, f"{self.path}/{name}", name)
        self.unread += found.unread()
        return found.text

    def number(self, name: str) -> int | None:
        """Return a decimal attribute from 0 to 2**53."""
        text = self.text(name)
        if text is None:
            return None
        if not _DIGITS.fullmatch(text) or int(text) > MOST_EXACT:
            self.unread.append(Unread(name, "not a number in range"))
            return None
        return int(text)

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of an attribute that has several; none where it is not present."""
        try:
            raw = read_bytes(self.roots, f"{self.path}/{name}", PAGE)
        except OSError:
            self.unread += read_attribute(self.roots, f"{self.path}/{name}", name).unread()
            return ()
        return tuple(raw.decode("utf-8", "backslashreplace").splitlines())

    def folders(self, pattern: str) -> Iterator[str]:
        """Yield the entries of the device's folder whose names fit ``pattern``."""
        for name in entries(self.roots, self.path):
            if re.fullmatch(pattern, name):
                yield name


@dataclass(frozen=True, slots=True)
class Listing:
    """The names in a folder, sorted; ``found`` says how listing it ended."""

    names: tuple[str, ...]
    found: Found


def list_folder(roots: Roots, path: str) -> Listing:
    """Return what is in the folder at ``path``; never raises for what the file system answers."""
    try:
        inside = roots.resolve(path).iterdir()
        names = sorted(entry.name for entry in islice(inside, MAX_ENTRIES))
    except FileNotFoundError:
        return Listing((), Found.ABSENT)
    except PermissionError:
        return Listing((), Found.DENIED)
    except OSError:
        return Listing((), Found.GARBLED)
    return Listing(tuple(names), Found.PRESENT)


def unlisted(listing: Listing, path: str, absent: str, hides: Hidden) -> Result | None:
    """Return the result of a probe that cannot list ``path``, ``None`` where it can.

    ``absent`` is the reason to give where there is no such folder, which hides nothing.
    """
    if listing.found is Found.PRESENT:
        return None
    if listing.found is Found.ABSENT:
        return Result(status=Status.NOT_RUN, reason=absent)
    denied = listing.found is Found.DENIED
    status = Status.DENIED if denied else Status.PARTIAL
    said = "permission denied" if denied else "not a folder that can be read"
    return Result(status=status, reason=f"{path} could not be listed: {said}", could_hide=(hides,))


def bound_functions(roots: Roots, drivers: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return address and driver of each PCI function that one of ``drivers`` is bound to."""
    found = []
    for address in entries(roots, PCI_DEVICES):
        if PCI_ADDRESS.fullmatch(address):
            driver = link_name(roots, f"{PCI_DEVICES}/{address}/driver")
            if driver is not None and driver in drivers:
                found.append((address, driver))
    return tuple(found)


def is_empty(identity: Identity) -> bool:
    """Return whether ``identity`` says nothing beside its source."""
    return identity == Identity(source=identity.source, name=None)


def hertz(mhz: int | None) -> float | None:
    """Return a clock in Hz; a driver that says 0 MHz does not know it."""
    return mhz * 1e6 if mhz else None


def watts(files: DeviceFiles, name: str) -> float | None:
    """Return a hwmon power in W (Documentation/hwmon/sysfs-interface.rst: µW)."""
    microwatts = files.number(name)
    return None if microwatts is None else microwatts / 1e6


def known(values: Iterable[float | None]) -> list[float]:
    """Return the values that are there."""
    return [value for value in values if value is not None]
