"""Reads the bus ids of a row: ``10de:2235``, with a subsystem, as a range, or a whole vendor.

PCI: ``10de:25b6:10de:157e`` adds the subsystem, ``1002:744c@c8`` the revision (to either),
``8086:1902-193d`` is an inclusive range and ``1234:*`` every device of a vendor. USB: vendor and
product in the same spelling.
"""

from __future__ import annotations

import re

from gauger_thresholds.catalogue.fields import RowError
from gauger_thresholds.catalogue.model import Pattern

_ID = "([0-9a-f]{4})"
_EXACT = re.compile(f"{_ID}:{_ID}(?::{_ID}:{_ID})?(?:@([0-9a-f]{{2}}))?")
_RANGE = re.compile(f"{_ID}:{_ID}-{_ID}")
_VENDOR = re.compile(rf"{_ID}:\*")


def read_pattern(bus: str, text: str) -> Pattern:
    """Return the ids that ``text`` covers.

    Raises:
        RowError: ``text`` is not spelt in one of the ways above.
    """
    if match := _EXACT.fullmatch(text):
        vendor, device, *narrower = match.groups()
        if bus == "usb" and any(narrower):
            raise RowError(f"{text!r}: a USB id has no subsystem or revision: remove it")
        return Pattern(bus, vendor, device, device, *narrower)
    if match := _RANGE.fullmatch(text):
        vendor, first, last = match.groups()
        if first >= last:
            raise RowError(f"the range {text!r} ends before it begins: swap its ends")
        return Pattern(bus, vendor, first, last)
    if match := _VENDOR.fullmatch(text):
        return Pattern(bus, match.group(1), "0000", "ffff")
    raise RowError(
        f"{text!r} is not an id: write 10de:2235, 10de:25b6:10de:157e, 1002:744c@c8, "
        "8086:1902-193d or 1234:*, in lower-case hex"
    )


def breadth(pattern: Pattern) -> int:
    """Return how many ids the pattern covers; 0 or less where more than the id narrows it.

    A subsystem counts for more than a revision, and both for more than either.
    """
    if pattern.subsystem_device is not None:
        return -1 if pattern.revision is None else -2
    if pattern.revision is not None:
        return 0
    return int(pattern.last, 16) - int(pattern.first, 16) + 1


def spelling(pattern: Pattern) -> str:
    """Return the pattern as a catalogue file spells it."""
    end = "" if pattern.first == pattern.last else f"-{pattern.last}"
    beyond = f":{pattern.subsystem_vendor}:{pattern.subsystem_device}"
    subsystem = beyond if pattern.subsystem_device else ""
    revision = f"@{pattern.revision}" if pattern.revision else ""
    return f"{pattern.vendor}:{pattern.first}{end}{subsystem}{revision}"


def overlap(first: Pattern, second: Pattern) -> bool:
    """Return whether the two fit one device equally well, or cut each other."""
    if (first.bus, first.vendor) != (second.bus, second.vendor):
        return False
    if first.last < second.first or second.last < first.first:
        return False
    if breadth(first) == breadth(second):
        return _narrower(first) == _narrower(second)
    nested = first.first <= second.first and second.last <= first.last
    return not nested and not (second.first <= first.first and first.last <= second.last)


def _narrower(pattern: Pattern) -> tuple[str | None, str | None, str | None]:
    return pattern.subsystem_vendor, pattern.subsystem_device, pattern.revision
