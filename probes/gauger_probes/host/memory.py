"""Memory: what the kernel counts, and the modules behind it where their tables can be read.

The total is ``MemTotal`` (less than installed: the kernel leaves out what it reserved itself).
Modules come from SMBIOS, whose raw tables only root may read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.host import Memory, MemoryModule
from gauger_probes.host import smbios
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_bytes

_TOTAL = re.compile(rb"MemTotal:\s+([0-9]{1,15}) kB")
_NODES = "sys/devices/system/node"
_ENTRIES = "sys/firmware/dmi/entries"
_TABLE = "sys/firmware/dmi/tables/DMI"
#: A table is some tens of KiB; its length field could claim 4 GiB.
_MAX_TABLE = 4 * 1024 * 1024
#: One structure: a formatted area of at most 255 bytes and 255 strings.
_MAX_STRUCTURE = 65_536


def read(roots: Roots) -> Memory:
    """Return the machine's memory; ``unread`` names ``modules`` where rights are missing."""
    total, source = _total(roots)
    modules, unread = _modules(roots)
    return Memory(total_bytes=total, modules=modules, source=source, unread=unread)


def _total(roots: Roots) -> tuple[int | None, str | None]:
    total = _sum_of_totals(roots, ["proc/meminfo"])
    if total is not None:
        return total, "procfs:meminfo"
    nodes = [name for name in entries(roots, _NODES) if re.fullmatch("node[0-9]+", name)]
    total = _sum_of_totals(roots, [f"{_NODES}/{name}/meminfo" for name in nodes])
    return total, None if total is None else "sysfs:devices/system/node"


def _sum_of_totals(roots: Roots, paths: list[str]) -> int | None:
    found = []
    for path in paths:
        try:
            match = _TOTAL.search(read_bytes(roots, path))
        except OSError:
            continue
        if match:
            found.append(int(match[1]) * 1024)
    return sum(found) if found else None


def _modules(roots: Roots) -> tuple[tuple[MemoryModule, ...], tuple[Unread, ...]]:
    modules = []
    try:
        for source, raw in _structures(roots):
            module = smbios.memory_module(raw, source)
            if module:
                modules.append(module)
    except PermissionError:
        return (), (Unread("modules", "permission denied"),)
    except OSError:
        return (), (Unread("modules", "unreadable content"),)
    return tuple(modules), ()


def _structures(roots: Roots) -> Iterator[tuple[str, bytes]]:
    """Yield each structure with its source: one file each, else the whole table.

    Raises:
        OSError: a file that is there cannot be read.
    """
    prefix = f"{smbios.MEMORY_DEVICE}-"
    names = [name for name in entries(roots, _ENTRIES) if name.startswith(prefix)]
    for name in sorted(names, key=lambda name: (len(name), name)):
        raw = read_bytes(roots, f"{_ENTRIES}/{name}/raw", _MAX_STRUCTURE)
        yield f"dmi:{name}", raw
    if names:
        return
    try:
        table = read_bytes(roots, _TABLE, _MAX_TABLE)
    except (FileNotFoundError, NotADirectoryError):
        return
    for index, raw in enumerate(smbios.structures(table)):
        yield f"dmi:table[{index}]", raw
