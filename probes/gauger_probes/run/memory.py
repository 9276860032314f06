"""How much memory the machine has and a child really uses, from /proc.

For children whose libraries reserve far more address space than they touch, so that RLIMIT_AS
would stop them for nothing. Always the live machine's /proc: it is the runner's own children.
"""

from __future__ import annotations

from gauger_probes.roots import Roots
from gauger_probes.run.limits import RESIDENT_SHARE
from gauger_probes.sysfs import read_bytes


def resident_ceiling(live: Roots) -> int | None:
    """Return the bytes that one watched child may keep resident; ``None`` where unknown."""
    total = _field(live, "proc/meminfo", b"MemTotal:")
    return None if total is None else int(total * RESIDENT_SHARE)


def resident_bytes(live: Roots, pid: int) -> int | None:
    """Return a process's resident memory (VmRSS) in bytes; ``None`` once it has ended."""
    return _field(live, f"proc/{pid}/status", b"VmRSS:")


def _field(live: Roots, path: str, name: bytes) -> int | None:
    try:
        text = read_bytes(live, path)
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(name):
            return _kibibytes(line[len(name) :])
    return None


def _kibibytes(text: bytes) -> int | None:
    words = text.split()
    return int(words[0]) * 1024 if words and words[0].isdigit() else None
