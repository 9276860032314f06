"""Whether a large copy goes past the caches: which C library copies, and from which size on so.

A copy through the caches reads what it is about to overwrite, and so moves half as much again as
it counts. glibc stores past them from a size that it derives from the caches the processor states;
a hypervisor may state any. The tunable that sets it is read when a process starts (The GNU C
Library Reference Manual, "Hardware Capability Tunables", x86 alone; Arm's cores notice by
themselves).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from gauger_probes.evidence.common import JsonValue
from gauger_probes.text import clean

_TUNABLE = re.compile(
    r"(?:^|:)glibc\.cpu\.x86_non_temporal_threshold=(0x[0-9a-fA-F]{1,15}|[0-9]{1,18})(?=:|$)"
)


def described(environment: Mapping[str, str] = os.environ) -> dict[str, JsonValue]:
    """Return the C library, and the bytes from which on a copy was asked to go past the caches.

    Both are ``None`` where nothing states them; ``environment`` is that which the process began
    with.
    """
    match = _TUNABLE.search(environment.get("GLIBC_TUNABLES", ""))
    return {
        "library": _library(),
        "nonTemporalFromBytes": int(match[1], 0) if match else None,
    }


def _library() -> str | None:
    try:
        return clean(os.confstr("CS_GNU_LIBC_VERSION") or "") or None
    except (ValueError, OSError):
        return None
