"""Whether others compute on a device: who holds its nodes, caretakers left out.

NVIDIA's minor number is in proc/driver/nvidia/gpus/<address>/information; other drivers have render
nodes beside the function in sysfs. A user sees own processes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gauger_probes.holders import holders
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_bytes

#: Services of the vendors that keep a device open and do not compute on it (names as in comm(5)).
_CARETAKERS = frozenset({"nvidia-persiste", "nv-hostengine", "nv-fabricmanage"})
_MINOR = re.compile(rb"^Device Minor:\s*(\d{1,4})\s*$", re.MULTILINE)


def users(address: str, roots: Roots) -> tuple[str, ...]:
    """Return the names of programs that hold the PCI device at ``address``."""
    found = (name for node in _nodes(address, roots) for name in holders(roots, node).names)
    return tuple(dict.fromkeys(name for name in found if name not in _CARETAKERS))


def _nodes(address: str, roots: Roots) -> Iterator[str]:
    try:
        stated = read_bytes(roots, f"proc/driver/nvidia/gpus/{address}/information")
    except OSError:
        stated = b""
    minor = _MINOR.search(stated)
    if minor is not None:
        yield f"/dev/nvidia{int(minor[1])}"
    for name in entries(roots, f"sys/bus/pci/devices/{address}/drm"):
        if name.startswith("renderD"):
            yield f"/dev/dri/{name}"
