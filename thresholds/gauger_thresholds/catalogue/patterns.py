"""Reads the bus ids of a row: ``10de:2235``, with a subsystem, as a range, or a whole vendor.

PCI: ``10de:25b6:10de:157e`` adds the subsystem, ``8086:1902-193d`` is an inclusive range and
``1234:*`` every device of a vendor. USB: vendor and product in the same spelling.
"""

from __future__ import annotations

import re

from gauger_thresholds.catalogue.fields import RowError
from gauger_thresholds.catalogue.model import Pattern

_ID = "([0-9a-f]{4})"
_EXACT = re.compile(f"{_ID}:{_ID}(?::{_ID}:{_ID})?")
_RANGE = re.compile(f"{_ID}:{_ID}-{_ID}")
_VENDOR = re.compile(rf"{_ID}:\*")


def read_pattern(bus: str, text: str) -> Pattern:
    """Return the ids that ``text`` covers.

    Raises:
        RowError: ``text`` is not spelt in one of the four ways above.
    """
    if match := _EXACT.fullmatch(text):
        vendor, device, subsystem_vendor, subsystem_device = match.groups()
        return Pattern(bus, vendor, device, device, subsystem_vendor, subsystem_device)
    if match := _RANGE.fullmatch(text):
        vendor, first, last = match.groups()
        if first >= last:
            raise RowError(f"the range {text!r} ends before it begins: swap its ends")
        return Pattern(bus, vendor, first, last)
    if match := _VENDOR.fullmatch(text):
        return Pattern(bus, match.group(1), "0000", "ffff")
    raise RowError(
        f"{text!r} is not an id: write 10de:2235, 10de:25b6:10de:157e, 8086:1902-193d or 1234:*, "
        "in lower-case hex"
    )


def breadth(pattern: Pattern) -> int:
    """Return how many ids the pattern covers; 0 where a subsystem narrows one id further."""
    if pattern.subsystem_device is not None:
        return 0
    return int(pattern.last, 16) - int(pattern.first, 16) + 1
