"""Compute accelerators, the CPU included: where each sits and what each source calls it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gauger_probes.evidence.common import Limit, Measurement, Rating, Unread


class Bus(StrEnum):
    """How a device was found; ``pci`` only for functions that PCI itself lists."""

    PCI = "pci"
    USB = "usb"
    PLATFORM = "platform"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class PciId:
    """Configuration-space ids: lower-case hex without ``0x``; ``None`` where the tree lacks one.

    ``class`` has six digits (base class, subclass, programming interface).
    """

    vendor: str | None
    device: str | None
    subsystem_vendor: str | None
    subsystem_device: str | None
    class_: str | None
    revision: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What one source says that a device is. Sources are kept apart and never merged.

    ``units`` counts the source's own unit (``unit_kind``: ``cudaCore``, ``sm``, ``cu``, ``eu``);
    clocks are in Hz, sizes in bytes.
    """

    source: str
    name: str | None
    vendor: str | None = None
    architecture: str | None = None
    serial: str | None = None
    uuid: str | None = None
    units: int | None = None
    unit_kind: str | None = None
    max_clock_hz: float | None = None
    memory_bytes: int | None = None
    firmware: str | None = None
    driver_version: str | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One device that can compute.

    ``parent`` names the package that this entry is a slice of (a partition or a virtual
    function); it is ``None`` for the package itself.
    """

    id: str
    bus: Bus
    address: str
    pci: PciId | None
    driver: str | None
    bound: bool
    parent: str | None
    identities: tuple[Identity, ...] = ()
    rated: tuple[Rating, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    limits: tuple[Limit, ...] = ()
