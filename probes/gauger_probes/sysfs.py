"""Typed reading of kernel text files: a value, or why there is none.

Absent, denied and garbled are different facts and stay different. Everything is bounded: a file
in a captured tree may be anything.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from gauger_probes.evidence.common import Unread
from gauger_probes.roots import Roots
from gauger_probes.text import clean

#: A sysfs attribute is one page (Documentation/filesystems/sysfs.rst).
PAGE = 4096
#: Largest file read whole; /proc/cpuinfo of a 1,024-thread machine is about 2 MiB.
MAX_FILE = 16 * 1024 * 1024
#: Most entries listed in one directory.
MAX_ENTRIES = 65_536


class Found(StrEnum):
    """How reading one attribute ended."""

    PRESENT = "present"
    ABSENT = "absent"
    DENIED = "denied"
    GARBLED = "garbled"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its text when present, else how it was missing."""

    name: str
    found: Found
    text: str | None = None

    def unread(self) -> tuple[Unread, ...]:
        """Return the ``Unread`` of an attribute that exists and could not be read, if so."""
        if self.found in (Found.PRESENT, Found.ABSENT):
            return ()
        reasons = {Found.DENIED: "permission denied", Found.GARBLED: "unreadable content"}
        return (Unread(self.name, reasons[self.found]),)


def read_bytes(roots: Roots, path: str, limit: int = MAX_FILE) -> bytes:
    """Return up to ``limit`` bytes of a regular file under the root.

    Raises:
        OSError: it is absent, denied, or not a regular file (``EINVAL``).
    """
    real = roots.resolve(path)
    if not stat.S_ISREG(real.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(real))
    with real.open("rb") as stream:
        return stream.read(limit)


def read_attribute(roots: Roots, path: str, name: str | None = None) -> Attribute:
    """Read one single-line attribute; never raises for what the file system answers."""
    label = name or path.rsplit("/", 1)[-1]
    try:
        raw = read_bytes(roots, path, PAGE)
    except (FileNotFoundError, NotADirectoryError):
        return Attribute(label, Found.ABSENT)
    except PermissionError:
        return Attribute(label, Found.DENIED)
    except OSError as problem:
        gone = problem.errno in (errno.ENODEV, errno.ENXIO, errno.EOPNOTSUPP)
        return Attribute(label, Found.ABSENT if gone else Found.GARBLED)
    text = clean(raw, PAGE)
    return Attribute(label, Found.PRESENT if text is not None else Found.ABSENT, text)


def read_text(roots: Roots, path: str) -> str | None:
    """Return an attribute's text, or ``None`` when it is not present for any reason."""
    return read_attribute(roots, path).text


def read_int(roots: Roots, path: str, base: int = 0) -> int | None:
    """Return an attribute as an integer (``base`` 0 reads ``0x`` prefixes), or ``None``."""
    text = read_text(roots, path)
    try:
        return None if text is None else int(text, base)
    except ValueError:
        return None


def read_hex(roots: Roots, path: str, digits: int) -> str | None:
    """Return a hexadecimal attribute as ``digits`` lower-case digits without ``0x``."""
    number = read_int(roots, path, 16)
    if number is None or not 0 <= number < 16**digits:
        return None
    return f"{number:0{digits}x}"


def entries(roots: Roots, path: str) -> Iterator[str]:
    """Yield the names in a directory, sorted; nothing where there is no such directory."""
    try:
        real = roots.resolve(path)
        names = sorted(entry.name for entry in islice(real.iterdir(), MAX_ENTRIES))
    except OSError:
        return
    yield from names


def exists(roots: Roots, path: str) -> bool:
    """Return whether anything is at ``path``."""
    try:
        return roots.resolve(path).exists()
    except OSError:
        return False


def link_name(roots: Roots, path: str) -> str | None:
    """Return the last component of the link at ``path`` (a driver's or a subsystem's name)."""
    try:
        return clean(roots.read_link(path).name)
    except OSError:
        return None
