"""How many processors of the machine are switched off, and so missing from /proc/cpuinfo.

From ``present`` and ``online`` (lists of numbers and ranges) and ``smt/control`` under
/sys/devices/system/cpu: Linux, Documentation/admin-guide/cputopology.rst and
Documentation/ABI/testing/sysfs-devices-system-cpu.
"""

from __future__ import annotations

import re

from gauger_probes.roots import Roots
from gauger_probes.sysfs import read_text

_CPUS = "sys/devices/system/cpu"
_RANGE = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7}))?")
#: What ``smt/control`` says where second threads are switched off.
_SMT_OFF = frozenset({"off", "forceoff"})


def switched_off(roots: Roots, cores: int | None) -> int:
    """Return how many present processors are offline and may be cores of their own.

    Where second threads are switched off, one for each of the online ``cores`` is explained by
    that. 0 where the kernel lists nothing.
    """
    present = _count(read_text(roots, f"{_CPUS}/present"))
    online = _count(read_text(roots, f"{_CPUS}/online"))
    if present is None or online is None:
        return 0
    smt = read_text(roots, f"{_CPUS}/smt/control")
    explained = (cores or 0) if smt in _SMT_OFF else 0
    return max(present - online - explained, 0)


def _count(text: str | None) -> int | None:
    """Return how many numbers a list such as ``0-3,8`` holds, ``None`` where it is none."""
    total = 0
    for part in (text or "").split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            return None
        total += max(int(match[2] or match[1]) - int(match[1]) + 1, 0)
    return total
