"""Who holds a device that is in use: the names of programs, never of people.

Reads the links under proc/<pid>/fd (proc(5)); a user sees those of own processes alone, root all.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_text
from gauger_probes.text import clean

#: Descriptors looked at of one process, and seconds for all: it is a courtesy, not a search.
_MAX_DESCRIPTORS = 4096
_LIMIT_S = 2.0
_MAX_NAME = 32


@dataclass(frozen=True, slots=True)
class Holders:
    """The names of programs that hold the node; ``whole``: every process could be looked at."""

    names: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        """Say it for people."""
        if self.names:
            return f"held by {', '.join(self.names)}"
        return "nobody seems to hold it" if self.whole else "root could see who holds it"


def holders(roots: Roots, path: str, own: Collection[int] = ()) -> Holders:
    """Return which programs hold ``path`` (``/dev/video0``), the processes ``own`` left out."""
    names: list[str] = []
    whole = True
    end_s = time.monotonic() + _LIMIT_S
    for pid in (name for name in entries(roots, "proc") if name.isdecimal()):
        if time.monotonic() > end_s:
            return Holders(tuple(dict.fromkeys(names)), whole=False)
        if int(pid) in own:
            continue
        try:
            held = path in _open_files(roots, pid)
        except PermissionError:
            whole = False
            continue
        if held:
            names.append(_name(roots, pid))
    return Holders(tuple(dict.fromkeys(names)), whole)


def _open_files(roots: Roots, pid: str) -> Iterator[str]:
    """Yield what the descriptors of a process lead to; nothing once it has ended.

    Raises:
        PermissionError: the process is not ours to look at.
    """
    try:
        found = roots.resolve(f"proc/{pid}/fd").iterdir()
        for link in islice(found, _MAX_DESCRIPTORS):
            target = _target(link)
            if target is not None:
                yield target
    except PermissionError:
        raise
    except OSError:
        return


def _target(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except PermissionError:
        raise
    except OSError:
        return None


def _name(roots: Roots, pid: str) -> str:
    text = read_text(roots, f"proc/{pid}/comm")
    return (clean(text, _MAX_NAME) if text else None) or "a program without a name"
