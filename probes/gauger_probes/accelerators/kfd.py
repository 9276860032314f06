"""What AMD's compute driver (KFD) says of each GPU, with compute partitions put back together.

A partitioned package (MI300 and later) shows one node per partition: 38 compute units each where
the package has 304. What law counts is the package, so its PCI function gets one identity with
the sum, and each partition is a slice of it. Layout: Linux drivers/gpu/drm/amd/amdkfd/
kfd_topology.c; ``location_id`` is ``bus << 8 | devfn`` and, for a partition, its index is ORed
into bits 28 to 31 or, by other versions of the kernel, into the function's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gauger_probes.accelerators.device_files import (
    PCI_DEVICES,
    hertz,
    known,
    list_folder,
    unlisted,
)
from gauger_probes.accelerators.kfd_nodes import MAX_NODES, NODES, Node, Topology, read_topology
from gauger_probes.evidence.accelerator import Identity, PciId
from gauger_probes.evidence.common import JsonValue, Limit, Unread
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Identified, Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import exists

#: CRAT_IOLINK_TYPE_XGMI (kfd_crat.h).
_XGMI = 11
#: What amdgpu calls every GPU whose blocks it discovers by itself: no name.
_NO_NAME = "ip discovery"
#: Numbers of nodes named in a reason before it says how many more.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Package:
    """One integrated circuit: its address and the nodes that share it, by number."""

    address: str
    nodes: tuple[Node, ...]


def probe(context: Context) -> Result:
    """Return what KFD says of each package and of each partition of one.

    ``notRun`` where the driver is not there. A node that may not be read leaves a device that
    PCI lists without this identity, and is said.
    """
    listing = list_folder(context.roots, NODES)
    missing = unlisted(listing, NODES, "no AMD compute driver on this machine", Hidden.IDENTITY)
    if missing is not None:
        return missing
    topology = read_topology(context.roots, listing.names)
    packages = group(context.roots, topology.nodes)
    peers = {node.number: at for at, item in enumerate(packages) for node in item.nodes}
    said = _problems(topology)
    return Result(
        identified=tuple(entry for package in packages for entry in _identified(package, peers)),
        status=Status.PARTIAL if said else Status.OK,
        reason="; ".join(said) or None,
        could_hide=(Hidden.IDENTITY,) if said else (),
    )


def group(roots: Roots, nodes: Sequence[Node]) -> tuple[Package, ...]:
    """Return the packages that ``nodes`` are of, in their order.

    Nodes are of one package when they have the same PCI function, or the same ``unique_id`` in
    the same slot: two dies on two slots (MI250) are two functions to PCI and stay two.
    """
    found: dict[tuple[str, int], list[tuple[str, Node]]] = {}
    for node in nodes:
        address = _address(roots, node)
        unique = node.properties.get("unique_id", 0)
        slot = "" if address.startswith("kfd/") else address.rpartition(".")[0]
        key = (slot, unique) if unique else (address, 0)
        found.setdefault(key, []).append((address, node))
    return tuple(
        Package(members[0][0], tuple(node for _, node in members)) for members in found.values()
    )


def _address(roots: Roots, node: Node) -> str:
    location, domain = node.small("location_id"), node.small("domain") or 0
    if location is None:
        return f"kfd/{node.number}"
    slot = f"{domain:04x}:{location >> 8 & 0xFF:02x}:{location >> 3 & 0x1F:02x}"
    exact, first = f"{slot}.{location & 7}", f"{slot}.0"
    on_bus = [at for at in (exact, first) if exists(roots, f"{PCI_DEVICES}/{at}")]
    return on_bus[0] if on_bus else exact


def _identified(package: Package, peers: Mapping[int, int]) -> list[Identified]:
    whole = _identity(package.nodes, peers)
    if len(package.nodes) == 1:
        return [Identified(package.address, whole)]
    slices = [
        Identified(
            f"{package.address}/kfd/{node.number}", _identity([node], peers), (), package.address
        )
        for node in package.nodes
    ]
    return [Identified(package.address, whole, (_partitioned(package.nodes),)), *slices]


def _partitioned(nodes: Sequence[Node]) -> Limit:
    sizes = {node.units for node in nodes}
    each = f" of {sizes.pop()} CUs" if len(sizes) == 1 and None not in sizes else ""
    return Limit("partition", "kfd", f"{len(nodes)} compute partitions{each}")


def _identity(nodes: Sequence[Node], peers: Mapping[int, int]) -> Identity:
    first = nodes[0]
    units = [node.units for node in nodes]
    clocks = known(hertz(node.small("max_engine_clk_fcompute")) for node in nodes)
    memory = [node.memory_bytes for node in nodes if node.memory_bytes is not None]
    unread = dict.fromkeys(item for node in nodes for item in node.unread)
    if None in units:
        unread[Unread("units", "simd_count and simd_per_cu do not go together")] = None
    return Identity(
        source="kfd",
        name=first.name if first.name != _NO_NAME else None,
        units=None if None in units else sum(unit for unit in units if unit is not None),
        unit_kind="cu",
        max_clock_hz=max(clocks, default=None),
        memory_bytes=sum(memory) if memory else None,
        unread=tuple(unread),
        target=_target(first),
        pci=_pci(first),
        properties=_properties(nodes, peers),
    )


def _target(node: Node) -> str | None:
    """``major × 10000 + minor × 100 + stepping``; compilers write the last two in hex."""
    version = node.small("gfx_target_version")
    if not version:
        return None
    return f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}"


def _pci(node: Node) -> PciId | None:
    vendor, device = node.small("vendor_id"), node.small("device_id")
    if not vendor or not device or max(vendor, device) > 0xFFFF:
        return None
    return PciId(f"{vendor:04x}", f"{device:04x}", None, None, None, None)


def _properties(nodes: Sequence[Node], peers: Mapping[int, int]) -> dict[str, JsonValue]:
    """What else is stated; ``xgmiLinks`` counts the packages and processors reached over xGMI."""
    first = nodes[0]
    linked, fastest = _xgmi(nodes, peers)
    dies = [node.small("num_xcc") for node in nodes]
    found: dict[str, JsonValue] = {
        "uniqueId": _hexadecimal(first, "unique_id"),
        "hiveId": _hexadecimal(first, "hive_id"),
        "gpuId": str(first.gpu_id) if first.gpu_id is not None else None,
        "partitions": len(nodes) if len(nodes) > 1 else None,
        "xccs": None if None in dies else sum(die for die in dies if die is not None),
        "xgmiLinks": linked or None,
        "xgmiMaxMBs": fastest,
    }
    return {name: value for name, value in found.items() if value is not None}


def _hexadecimal(node: Node, name: str) -> str | None:
    value = node.properties.get(name)
    return f"{value:016x}" if value else None


def _xgmi(nodes: Sequence[Node], peers: Mapping[int, int]) -> tuple[int, int | None]:
    home = peers.get(nodes[0].number)
    reached: set[int | str] = set()
    speeds: list[int] = []
    for link in (link for node in nodes for link in node.links):
        if link.kind != _XGMI or link.to is None or peers.get(link.to) == home:
            continue
        reached.add(peers.get(link.to, f"node {link.to}"))
        if link.max_mbs and link.max_mbs < 2**32:
            speeds.append(link.max_mbs)
    return len(reached), max(speeds, default=None)


def _problems(topology: Topology) -> list[str]:
    said = []
    if topology.denied:
        said.append(f"{_numbers(topology.denied)} may not be read: permission denied")
    if topology.unreadable:
        said.append(f"{_numbers(topology.unreadable)} unreadable")
    if topology.left_out:
        said.append(f"only {MAX_NODES} of {MAX_NODES + topology.left_out} nodes were read")
    return said


def _numbers(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    noun = "node" if len(numbers) == 1 else "nodes"
    return f"{noun} {', '.join(str(number) for number in numbers[:_NAMED])}{more}"
