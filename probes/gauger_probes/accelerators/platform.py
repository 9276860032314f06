"""GPUs and NPUs that no bus lists: those of a system chip, found by what their drivers made.

Found are the devices behind render nodes (a GPU that programs may use; Documentation/gpu/
drm-uapi.rst) and those bound to the drivers in ``platform_devices.toml``, which make no such
node. Devices of display alone make none either. Without a driver nothing shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gauger_probes.accelerators.device_files import list_folder, unlisted
from gauger_probes.accelerators.node_device import (
    NodeDevice,
    device_behind,
    entry_of,
    with_untold,
)
from gauger_probes.accelerators.platform_list import drivers, is_pseudo
from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.coverage import Hidden
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import Found, entries

_NODES = "sys/class/drm"
_DRIVERS = "sys/bus/platform/drivers"
_RENDER = re.compile(r"renderD[0-9]{1,5}")


def probe(context: Context) -> Result:
    """Return the devices; a PCI function that has a render node is one of them.

    ``notRun`` where the kernel has neither a platform bus nor graphics.
    """
    roots = context.roots
    bound = {device.name: device for device in _bound(roots)}
    listing = list_folder(roots, _NODES)
    missing = unlisted(listing, _NODES, "no platform bus and no graphics", Hidden.ACCELERATOR)
    if missing is not None:
        has_bus = next(entries(roots, _DRIVERS), None) is not None
        looked = listing.found is Found.ABSENT and has_bus
        return replace(Result() if looked else missing, accelerators=_entries(roots, bound))
    behind = {
        name: device_behind(roots, f"{_NODES}/{name}")
        for name in listing.names
        if _RENDER.fullmatch(name)
    }
    found = {device.path: device for device in behind.values() if device is not None}
    found |= {device.path: device for device in bound.values()}
    untold = [name for name, device in behind.items() if device is None]
    return with_untold(Result(accelerators=_entries(roots, found)), untold)


def _bound(roots: Roots) -> Iterator[NodeDevice]:
    for driver in drivers():
        folder = f"{_DRIVERS}/{driver}"
        for name in entries(roots, folder):
            device = device_behind(roots, folder, name) if name != "module" else None
            if device is not None:
                yield device


def _entries(roots: Roots, found: dict[str, NodeDevice]) -> tuple[Accelerator, ...]:
    return tuple(entry_of(roots, device) for device in found.values() if not is_pseudo(device.name))
