"""How much memory a measurement may fill, and how large an array must be to miss every cache.

Reads /proc/meminfo, the memory limits of this process's control groups (version 2) and sysfs
``cpu*/cache/index*`` (Documentation/ABI/testing/sysfs-devices-system-cpu).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_bytes, read_int, read_text

#: Part of the free memory that one measurement may fill: it must disturb nobody.
SHARE_OF_MEMORY = 1 / 8
#: What is taken as free where nothing states it; every machine that runs numpy has as much.
_ASSUMED_FREE = 512 * 1024 * 1024
#: No machine has more logical CPUs (NR_CPUS).
_MAX_CPUS = 16_384

_AVAILABLE = re.compile(rb"^MemAvailable:\s+([0-9]{1,15}) kB", re.MULTILINE)
_CGROUP = re.compile(rb"^0::(/[^\n]*)", re.MULTILINE)
_SIZE = re.compile(r"([0-9]{1,9})([KMG]?)")
_UNIT = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_CPU_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


def allowance(roots: Roots) -> int:
    """Return the bytes that one measurement may fill."""
    free = [room for room in (_available(roots), *_cgroup_rooms(roots)) if room is not None]
    return int(min(free, default=_ASSUMED_FREE) * SHARE_OF_MEMORY)


def last_level_cache(roots: Roots, cpus: Iterable[int]) -> int | None:
    """Return the bytes of all last-level caches that ``cpus`` reach; ``None`` where unstated."""
    total = 0
    covered: set[int] = set()
    for cpu in sorted(cpus):
        if cpu in covered:
            continue
        size, shared = _outermost(roots, cpu)
        total += size
        covered |= shared
    return total or None


def _available(roots: Roots) -> int | None:
    match = _AVAILABLE.search(_bytes(roots, "proc/meminfo"))
    return int(match[1]) * 1024 if match else None


def _cgroup_rooms(roots: Roots) -> list[int]:
    """Return what each group that holds this process has left, its ancestors included."""
    match = _CGROUP.search(_bytes(roots, "proc/self/cgroup"))
    parts = match[1].decode("utf-8", "replace").strip("/").split("/") if match else []
    rooms = []
    for depth in range(len(parts) + 1):
        group = "/".join(["sys/fs/cgroup", *parts[:depth]])
        limit = read_int(roots, f"{group}/memory.max", 10)
        used = read_int(roots, f"{group}/memory.current", 10)
        if limit is not None and used is not None:
            rooms.append(max(0, limit - used))
    return rooms


def _outermost(roots: Roots, cpu: int) -> tuple[int, set[int]]:
    """Return the size of the CPU's cache of the highest level, and the CPUs that share it."""
    folder = f"sys/devices/system/cpu/cpu{cpu}/cache"
    best, size, shared = 0, 0, {cpu}
    for name in islice((name for name in entries(roots, folder) if name[:5] == "index"), 16):
        level = read_int(roots, f"{folder}/{name}/level", 10) or 0
        match = _SIZE.fullmatch(read_text(roots, f"{folder}/{name}/size") or "")
        if match and level > best:
            best, size = level, int(match[1]) * _UNIT[match[2]]
            shared = {cpu} | _cpus(read_text(roots, f"{folder}/{name}/shared_cpu_list") or "")
    return size, shared


def _cpus(listed: str) -> set[int]:
    """Return the CPUs of a kernel list such as ``0-3,8``."""
    found: set[int] = set()
    for match in map(_CPU_RANGE.fullmatch, listed.split(",")):
        if match:
            last = int(match[2] or match[1])
            found |= set(range(int(match[1]), min(last, _MAX_CPUS) + 1))
    return found


def _bytes(roots: Roots, path: str) -> bytes:
    try:
        return read_bytes(roots, path)
    except OSError:
        return b""
