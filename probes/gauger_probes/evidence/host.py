"""The machine itself: boards, processors, memory, network, disks, firmware.

No hostname, IP address or user name has a place here.
"""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.evidence.common import Unread


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What SMBIOS prints about one part (board, system or chassis)."""

    vendor: str | None = None
    name: str | None = None
    version: str | None = None
    serial: str | None = None
    uuid: str | None = None
    source: str | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Bios:
    """Firmware: who made it, which version, and how it booted (``uefi`` or ``legacy``)."""

    vendor: str | None = None
    version: str | None = None
    date: str | None = None
    mode: str | None = None
    source: str | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Processor:
    """One CPU package as the kernel (or the hypervisor) presents it.

    ``family``, ``model_number`` and ``stepping`` are CPUID numbers on x86; ``implementer`` and
    ``part`` are the Arm MIDR fields in lower-case hex without ``0x``. Clocks are in Hz;
    ``max_hz_source`` says which file stated the maximum. ``isa`` lists the instruction-set
    extensions that matter for arithmetic, as /proc/cpuinfo spells them.
    """

    package: int
    architecture: str
    vendor: str | None
    model: str | None
    family: int | None
    model_number: int | None
    stepping: int | None
    implementer: str | None
    part: str | None
    cores: int | None
    threads: int
    base_hz: float | None
    max_hz: float | None
    max_hz_source: str | None
    microcode: str | None
    isa: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class MemoryModule:
    """One populated memory slot, from SMBIOS type 17 (root only)."""

    locator: str | None
    size_bytes: int | None
    kind: str | None
    speed_hz: float | None
    vendor: str | None
    part: str | None
    serial: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory as the kernel counts it (``MemTotal``), in bytes, and the modules behind it."""

    total_bytes: int | None
    modules: tuple[MemoryModule, ...] = ()
    source: str | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Nic:
    """A network interface with hardware behind it; ``mac`` only where it is burned in."""

    address: str | None
    vendor: str | None
    device: str | None
    driver: str | None
    mac: str | None
    speed_bits_per_s: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk with hardware behind it; ``size_bytes`` counts 512-byte sectors × 512."""

    name: str
    model: str | None
    serial: str | None
    wwid: str | None
    firmware: str | None
    size_bytes: int | None
    rotational: bool | None
    removable: bool | None
    transport: str | None
    source: str
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Virtualisation:
    """``hypervisor`` and ``container`` name what was recognised; ``None`` where nothing was."""

    hypervisor: str | None
    container: str | None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecureBoot:
    """``state``: ``enabled``, ``disabled``, ``unsupported`` (no UEFI) or ``unknown``."""

    state: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Tpm:
    """Whether the kernel shows a TPM, and the version it states (``1.2`` or ``2.0``)."""

    present: bool
    version: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that was probed."""

    board: Nameplate
    system: Nameplate
    chassis: Nameplate
    bios: Bios
    processors: tuple[Processor, ...]
    memory: Memory
    nics: tuple[Nic, ...]
    disks: tuple[Disk, ...]
    virtualisation: Virtualisation
    secure_boot: SecureBoot
    tpm: Tpm
