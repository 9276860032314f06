"""Compute accelerators, the CPU included: where each sits and what each source calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gauger_probes.evidence.common import (
    OMIT_NONE,
    JsonValue,
    Limit,
    Measurement,
    Rating,
    Unread,
)


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
class Library:
    """The file that a native source was loaded from, and what the system says of it.

    ``owner_id`` is the numeric user id that owns the file; ``writable``: others than its owner may
    write it or its folder. ``package`` names the package that claims the file, ``None`` where no
    package manager was found or none claims it; ``intact`` says whether the file has the digest
    that the package states, ``None`` where it states none.
    """

    path: str
    sha256: str
    size_bytes: int
    owner_id: int
    writable: bool
    package: str | None
    intact: bool | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What one source says that a device is. Sources are kept apart and never merged.

    ``units`` counts the source's own unit (``unit_kind``: ``cudaCore``, ``sm``, ``cu``, ``eu``);
    clocks are in Hz, sizes in bytes. ``target`` is what compilers call the instruction set
    (``sm_90``, ``gfx942``); ``pci`` holds the PCI numbers as this source states them;
    ``properties`` what else it states, by a name that ends in its unit (``powerLimitW``,
    ``eccMode``); ``library`` the file that answered, where one did.
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
    target: str | None = field(default=None, metadata=OMIT_NONE)
    pci: PciId | None = field(default=None, metadata=OMIT_NONE)
    properties: Mapping[str, JsonValue] | None = field(default=None, metadata=OMIT_NONE)
    library: Library | None = field(default=None, metadata=OMIT_NONE)


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
