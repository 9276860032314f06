"""Reads what v4l2-ctl prints: the second opinion on every camera of the test machines."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Format, width and height in pixels, and frames per second as printed.
Listed = tuple[str, int, int, frozenset[str]]

_FORMAT = re.compile(r"\s*\[\d+\]: '(.{4,7})' \(")
_SIZE = re.compile(r"\s*Size: Discrete (\d+)x(\d+)")
_INTERVAL = re.compile(r"\s*Interval: Discrete [\d.]+s \(([\d.]+) fps\)")
_BUFFER = re.compile(r"cap dqbuf: \d+ seq: +(\d+) bytesused: (\d+) ts: ([\d.]+)")


@dataclass(frozen=True)
class Buffer:
    """One buffer that v4l2-ctl took: the driver's count and time of it, and its bytes."""

    sequence: int
    size: int
    timestamp_s: float


def listing(text: str) -> set[Listed]:
    """Return the discrete modes in the output of ``--list-formats-ext``.

    Raises:
        ValueError: it lists a size or an interval that is not discrete.
    """
    found: list[tuple[str, int, int, set[str]]] = []
    name = ""
    for line in text.splitlines():
        if heading := _FORMAT.match(line):
            name = heading[1]
        elif size := _SIZE.match(line):
            found.append((name, int(size[1]), int(size[2]), set()))
        elif interval := _INTERVAL.match(line):
            found[-1][3].add(interval[1])
        elif "Size:" in line or "Interval:" in line:
            raise ValueError(f"not discrete: {line.strip()}")
    return {(name, width, height, frozenset(rates)) for name, width, height, rates in found}


def buffers(text: str) -> list[Buffer]:
    """Return the buffers in the output of ``--stream-mmap --verbose``."""
    return [Buffer(int(m[1]), int(m[2]), float(m[3])) for m in _BUFFER.finditer(text)]
