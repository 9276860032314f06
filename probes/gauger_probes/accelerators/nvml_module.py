"""The version of NVIDIA's kernel module, as the module itself states it in /proc.

``NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.48.01  Release Build …``; the closed
one says ``NVIDIA UNIX x86_64 Kernel Module  520.56.06  Wed Oct  5 …``.
"""

from __future__ import annotations

import re

from gauger_probes.roots import Roots
from gauger_probes.sysfs import read_text

_PROC = "proc/driver/nvidia/version"
_MODULE = re.compile(r"Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)", re.ASCII)


def module_version(roots: Roots) -> str | None:
    """Return the version, ``None`` where no module states one."""
    found = _MODULE.search(read_text(roots, _PROC) or "")
    return found[1] if found else None
