"""Trees of AMD's compute driver: nodes with the numbers that published captures show.

An MI300X in CPX mode shows eight nodes of 152 SIMDs, four to a compute unit, at 2100 MHz, as
gfx942 with the PCI device 74a1 (captures of such machines in ROCm's and RCCL's issue trackers);
identifiers are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gauger_probes.accelerators.kfd import probe
from gauger_probes.accelerators.kfd_nodes import NODES
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots
from support.trees import planted

PARTITION: Mapping[str, int] = {
    "cpu_cores_count": 0,
    "simd_count": 152,
    "simd_per_cu": 4,
    "gfx_target_version": 90402,
    "vendor_id": 0x1002,
    "device_id": 0x74A1,
    "location_id": 0xC100,
    "domain": 0,
    "max_engine_clk_fcompute": 2100,
    "unique_id": 0xD6F1_0000_0000_0001,
    "hive_id": 0x1234,
    "num_xcc": 1,
}
PROCESSOR: Mapping[str, int] = {"cpu_cores_count": 96, "simd_count": 0, "simd_per_cu": 0}


def text(values: Mapping[str, int]) -> str:
    """Return ``values`` as a properties file has them."""
    return "\n".join(f"{name} {value}" for name, value in values.items())


def node(
    root: Path,
    number: int,
    values: Mapping[str, int],
    memory: int | None = None,
    name: str = "ip discovery",
) -> Roots:
    """Plant one node; ``memory`` is the size of a bank of its own, in bytes."""
    path = f"{NODES}/{number}"
    files = {f"{path}/properties": text(values), f"{path}/gpu_id": "4660", f"{path}/name": name}
    if memory is not None:
        bank = {"heap_type": 1, "size_in_bytes": memory, "flags": 0}
        files[f"{path}/mem_banks/0/properties"] = text(bank)
        # System memory that the processors own: no part of the device's.
        far = {"heap_type": 0, "size_in_bytes": 1, "flags": 0}
        files[f"{path}/mem_banks/1/properties"] = text(far)
    return planted(root, files)


def link(root: Path, number: int, at: int, to: int, kind: int = 11, mbs: int = 64000) -> Roots:
    """Plant one link of a node to another."""
    values = {"type": kind, "node_from": number, "node_to": to, "max_bandwidth": mbs}
    return planted(root, {f"{NODES}/{number}/io_links/{at}/properties": text(values)})


def on_bus(root: Path, *addresses: str, driver: str | None = None) -> Roots:
    """Plant PCI functions that say nothing but where they are, and who drives them."""
    for address in addresses:
        path = root / "sys/bus/pci/devices" / address
        path.mkdir(parents=True, exist_ok=True)
        if driver is not None:
            (path / "driver").symlink_to(f"../../drivers/{driver}")
    return Roots(root, captured=True)


def probed(roots: Roots) -> Result:
    """Return what the probe finds."""
    return probe(Context(roots))
