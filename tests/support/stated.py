"""Devices as their drivers state them: identities for tests of rating and of contradictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gauger_probes.evidence.accelerator import Accelerator, Identity, PciId
from support.machines import pci_device

_MIB = 1024 * 1024

#: As NVML states them; memory sizes are nvidia-smi's, which leaves out what ECC and firmware keep.
NVML: Mapping[str, Mapping[str, Any]] = {
    "h100": {
        "name": "NVIDIA H100 80GB HBM3",
        "architecture": "Hopper",
        "target": "sm_90",
        "units": 16_896,
        "max_clock_hz": 1.98e9,
        "memory_bytes": 81_559 * _MIB,
    },
    "t4": {
        "name": "Tesla T4",
        "architecture": "Turing",
        "target": "sm_75",
        "units": 2_560,
        "max_clock_hz": 1.59e9,
        "memory_bytes": 15_360 * _MIB,
    },
    "h20": {
        "name": "NVIDIA H20",
        "architecture": "Hopper",
        "target": "sm_90",
        "units": 9_984,
        "max_clock_hz": 1.98e9,
        "memory_bytes": 97_871 * _MIB,
    },
    "rtx-4090": {
        "name": "NVIDIA GeForce RTX 4090",
        "architecture": "Ada",
        "target": "sm_89",
        "units": 16_384,
        "max_clock_hz": 3.105e9,
        "memory_bytes": 24_564 * _MIB,
    },
}


def nvml(device: str, **changes: Any) -> Identity:
    """Return what NVML says of ``device``, with ``changes``."""
    stated = {"source": "nvml", "vendor": "NVIDIA", "unit_kind": "cudaCore", **NVML[device]}
    return Identity(**(stated | changes))


def kfd(units: int, target: str, clock_mhz: int, **changes: Any) -> Identity:
    """Return what AMD's compute driver says of a device with ``units`` compute units."""
    stated = {
        "source": "kfd",
        "name": None,
        "units": units,
        "unit_kind": "cu",
        "target": target,
        "max_clock_hz": clock_mhz * 1e6,
    }
    return Identity(**(stated | changes))


def card(ids: str, *identities: Identity, slot: int = 0, **changes: Any) -> Accelerator:
    """Return the PCI device ``vendor:device`` of which ``identities`` say more."""
    device = pci_device(ids, slot)
    return dataclasses.replace(device, identities=(*device.identities, *identities), **changes)


def numbers(ids: str) -> PciId:
    """Return PCI numbers as a driver states them: no class, no revision."""
    vendor, device, *subsystem = ids.split(":")
    of, card_ = subsystem or (None, None)
    return PciId(vendor, device, of, card_, None, None)
