"""Devices of the kernel's accel subsystem: NPUs and accelerators that are no graphics.

The kernel itself says that what has a node there computes (Documentation/accel/introduction.rst),
whatever its PCI class. Before the subsystem, habanalabs made a class of its own whose nodes name
their PCI function in ``pci_addr`` (Documentation/ABI/testing/sysfs-driver-habanalabs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gauger_probes.accelerators.accel_drivers import described
from gauger_probes.accelerators.device_files import DeviceFiles, is_empty, list_folder, unlisted
from gauger_probes.accelerators.node_device import (
    NodeDevice,
    device_behind,
    entry_of,
    with_untold,
)
from gauger_probes.accelerators.platform_list import is_pseudo
from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.coverage import Hidden
from gauger_probes.host.device_path import PCI_ADDRESS
from gauger_probes.result import Context, Identified, Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import Found, entries, read_text

_CLASS = "sys/class/accel"
_HABANA_CLASS = "sys/class/habanalabs"
_NODE = re.compile(r"accel[0-9]{1,5}")
_HABANA_NODE = re.compile(r"hl[0-9]{1,5}")


def probe(context: Context) -> Result:
    """Return each device once, with what its driver says; ``notRun`` where there is no class."""
    roots = context.roots
    nodes = list(_nodes(roots))
    listing = list_folder(roots, _CLASS)
    missing = unlisted(listing, _CLASS, "no accelerator class in this kernel", Hidden.ACCELERATOR)
    result = _surveyed(roots, nodes)
    if missing is None or (nodes and listing.found is Found.ABSENT):
        return result
    return replace(missing, accelerators=result.accelerators, identified=result.identified)


def _surveyed(roots: Roots, nodes: Sequence[str]) -> Result:
    found: dict[str, tuple[Accelerator, Identified]] = {}
    untold: list[str] = []
    for node in nodes:
        device = _device(roots, node)
        if device is None:
            untold.append(node.rpartition("/")[2])
        elif not is_pseudo(device.name):
            entry = entry_of(roots, device)
            found.setdefault(entry.address, (entry, _identified(roots, node, entry)))
    result = Result(
        accelerators=tuple(entry for entry, _ in found.values()),
        identified=tuple(item for _, item in found.values() if not is_empty(item.identity)),
    )
    return with_untold(result, untold)


def _nodes(roots: Roots) -> Iterator[str]:
    for folder, pattern in ((_CLASS, _NODE), (_HABANA_CLASS, _HABANA_NODE)):
        for name in entries(roots, folder):
            if pattern.fullmatch(name):
                yield f"{folder}/{name}"


def _device(roots: Roots, node: str) -> NodeDevice | None:
    """The device that the node is of; where the link names no function, ``pci_addr`` may."""
    device = device_behind(roots, node)
    if device is not None and device.pci is not None:
        return device
    for place in (f"{node}/device", node):
        address = (read_text(roots, f"{place}/pci_addr") or "").lower()
        if PCI_ADDRESS.fullmatch(address):
            return NodeDevice(address, f"sys/bus/pci/devices/{address}", address)
    return device


def _identified(roots: Roots, node: str, entry: Accelerator) -> Identified:
    places = [DeviceFiles(roots, f"{node}/device"), DeviceFiles(roots, node)]
    identity, limits = described(entry.driver, places)
    return Identified(entry.address, identity, tuple(limits))
