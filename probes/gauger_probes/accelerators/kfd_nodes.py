"""The nodes of AMD's compute driver (KFD) as sysfs shows them: one per processor and partition.

Files and names: Linux drivers/gpu/drm/amd/amdkfd/kfd_topology.c (``node_show``, ``mem_show``,
``iolink_show``); heap and link types: kfd_crat.h. Needs neither ROCm nor a device node. The
kernel answers "operation not permitted" for a GPU that the device cgroup keeps from this process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gauger_probes.accelerators.device_files import MOST_EXACT, DeviceFiles
from gauger_probes.evidence.common import Unread
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries

NODES = "sys/class/kfd/kfd/topology/nodes"
#: Sixteen packages of eight partitions and the processors of a large machine.
MAX_NODES = 160
_MAX_BANKS = 16
_MAX_LINKS = 128
#: HSA_MEM_HEAP_TYPE_FB_PUBLIC and _FB_PRIVATE: the device's own memory (kfd_crat.h).
_FRAME_BUFFER = (1, 2)
_LINK_FOLDERS = ("io_links", "p2p_links")

_NODE = re.compile(r"0|[1-9][0-9]{0,4}")
_LINE = re.compile(r"([a-z][a-z0-9_]{0,63}) ([0-9]{1,20})")


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another node; ``kind`` 11 is xGMI, ``max_mbs`` its bandwidth in MB/s."""

    kind: int | None
    to: int | None
    max_mbs: int | None


@dataclass(frozen=True, slots=True)
class Node:
    """One GPU, or one compute partition of it.

    ``memory_bytes`` is the sum of its own banks (the kernel divides a memory partition's size by
    the compute partitions that share it: amdgpu_amdkfd.h, KFD_XCP_MEMORY_SIZE).
    """

    number: int
    name: str | None
    gpu_id: int | None
    properties: Mapping[str, int]
    memory_bytes: int | None
    links: tuple[Link, ...]
    unread: tuple[Unread, ...]

    def small(self, name: str) -> int | None:
        """Return a property that the kernel holds in 32 bits."""
        value = self.properties.get(name)
        return value if value is not None and value < 2**32 else None

    @property
    def units(self) -> int | None:
        """Compute units: ``simd_count`` counts those of this node's own partition alone."""
        simds, per_unit = self.small("simd_count"), self.small("simd_per_cu")
        if not simds or not per_unit or simds % per_unit:
            return None
        return simds // per_unit


@dataclass(frozen=True, slots=True)
class Topology:
    """The GPU nodes, by number; the numbers of nodes that say nothing; how many were left out."""

    nodes: tuple[Node, ...]
    denied: tuple[int, ...]
    unreadable: tuple[int, ...]
    left_out: int


def parse(lines: Iterable[str]) -> tuple[dict[str, int], int]:
    """Return the ``name number`` lines of a properties file, and how many lines are not such.

    Numbers go from 0 to 2**64 - 1. Of two lines with one name the first counts.
    """
    values: dict[str, int] = {}
    strange = 0
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if match is None or int(match[2]) >= 2**64:
            strange += 1
        else:
            values.setdefault(match[1], int(match[2]))
    return values, strange


def read_topology(roots: Roots, names: Iterable[str]) -> Topology:
    """Return the GPU nodes among the entries ``names`` of the topology."""
    numbers = sorted({int(name) for name in names if _NODE.fullmatch(name)})
    nodes: list[Node] = []
    denied: list[int] = []
    unreadable: list[int] = []
    for number in numbers[:MAX_NODES]:
        files = DeviceFiles(roots, f"{NODES}/{number}")
        values, strange = parse(files.lines("properties"))
        if any(item.reason == "permission denied" for item in files.unread):
            denied.append(number)
        elif "simd_count" not in values:
            unreadable.append(number)
        elif values["simd_count"]:
            nodes.append(_node(number, files, values, strange))
    left_out = max(0, len(numbers) - MAX_NODES)
    return Topology(tuple(nodes), tuple(denied), tuple(unreadable), left_out)


def _node(number: int, files: DeviceFiles, values: dict[str, int], strange: int) -> Node:
    if strange:
        files.unread.append(_strange("properties", strange))
    return Node(
        number=number,
        name=files.text("name"),
        gpu_id=files.number("gpu_id"),
        properties=values,
        memory_bytes=_memory(files),
        links=_links(files),
        unread=tuple(files.unread),
    )


def _strange(field: str, lines: int) -> Unread:
    return Unread(field, f"{lines} {'line' if lines == 1 else 'lines'} unreadable")


def _memory(files: DeviceFiles) -> int | None:
    total = 0
    for values in _inside(files, "mem_banks", _MAX_BANKS):
        if values.get("heap_type") in _FRAME_BUFFER:
            total += values.get("size_in_bytes", 0)
    if total > MOST_EXACT:
        files.unread.append(Unread("memoryBytes", "not a number in range"))
        return None
    return total or None


def _links(files: DeviceFiles) -> tuple[Link, ...]:
    return tuple(
        Link(values.get("type"), values.get("node_to"), values.get("max_bandwidth"))
        for folder in _LINK_FOLDERS
        for values in _inside(files, folder, _MAX_LINKS)
    )


def _inside(files: DeviceFiles, folder: str, most: int) -> Iterable[dict[str, int]]:
    names = [name for name in entries(files.roots, f"{files.path}/{folder}") if name.isdecimal()]
    for name in names[:most]:
        values, strange = parse(files.lines(f"{folder}/{name}/properties"))
        if strange:
            files.unread.append(_strange(f"{folder}/{name}", strange))
        yield values
