"""What the catalogue holds: devices and processors, each figure with source and grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gauger_thresholds.interval import Interval


class Grade(StrEnum):
    """How well a figure is verified, best first."""

    TEXT = "text"
    TRANSCRIBED = "transcribed"
    SECONDARY = "secondary"
    DERIVED = "derived"
    UNVERIFIED = "unverified"


class Kind(StrEnum):
    """What a device is for.

    ``display`` only shows pictures; ``paravirtual`` is a hypervisor's front for a device that
    this machine does not hold; ``support`` (DMA, crypto, audio) does no arithmetic of interest.
    """

    GPU = "gpu"
    NPU = "npu"
    FPGA = "fpga"
    VECTOR = "vector"
    DISPLAY = "display"
    PARAVIRTUAL = "paravirtual"
    SUPPORT = "support"


class Segment(StrEnum):
    """What the maker sells a device for; only ``datacenter`` matters to a rule."""

    DATACENTER = "datacenter"
    WORKSTATION = "workstation"
    CONSUMER = "consumer"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as its source prints it, and the interval that those digits stand for.

    A figure published to n digits counts as exact to its last printed digit (628 is 627.5 to
    628.5); an estimated or disputed one carries the range that its row states.
    """

    interval: Interval
    printed: str
    source: str
    grade: Grade
    accumulate: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Bus ids that a row covers: lower-case hex; ``None`` means any.

    A subsystem or a revision narrows one id further.
    """

    bus: str
    vendor: str
    first: str
    last: str
    subsystem_vendor: str | None = None
    subsystem_device: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One product, or one family that a bound covers.

    ``rates`` are dense operations per second by precision, a multiply-accumulate counting as
    two. ``tpp_bound`` is an upper bound of the whole package's total processing performance
    where rates are not known, ``fp64_bound`` one of its double-precision rate; both intervals
    run from 0 to the bound. ``die_area`` is in mm² over all logic dies; ``planar`` says that
    none of them is non-planar, so that the law defines no applicable area. Bandwidths are in
    B/s; ``io_bandwidth`` is aggregate and bidirectional, to other than memory. ``integrated``:
    it shares a package with the processor. ``drivers`` names the kernel drivers that identify
    a device which no bus lists. ``architecture`` is the id of an :class:`Architecture`;
    ``memory_bytes`` lists every size that the row's products are sold with; ``functions`` counts
    the PCI functions that one package shows. ``fused`` says why units × clock overstates the
    product (its maker limits the rate), ``None`` where it does not. ``wide_rates`` are the rates
    with FP32 accumulation where ``rates`` has the higher ones with FP16 accumulation.
    ``process`` is the node of the logic dies. ``called`` lists the words by which drivers and
    labels name the product (``RTX 4090``).
    """

    id: str
    name: str
    kind: Kind
    patterns: tuple[Pattern, ...]
    rates: Mapping[str, Figure]
    tpp_bound: Figure | None
    units: int | None
    unit_kind: str | None
    boost_hz: float | None
    die_area: Figure | None
    planar: bool
    memory_bandwidth: Figure | None
    io_bandwidth: Figure | None
    segment: Segment | None
    segment_source: str | None
    integrated: bool
    source: str
    grade: Grade
    note: str | None
    drivers: tuple[str, ...] = ()
    fp64_bound: Figure | None = None
    architecture: str | None = None
    memory_bytes: tuple[int, ...] = ()
    functions: int = 1
    fused: str | None = None
    wide_rates: Mapping[str, Figure] = field(default_factory=dict)
    process: str | None = None
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Architecture:
    """What one unit of an architecture does per clock, so that a rate follows from units × clock.

    ``targets`` are what compilers call it (``sm_90``, ``gfx942``), ``driver_names`` what a driver
    calls it (``Hopper``). ``unit_kind`` is what ``per_clock`` counts by; a driver that counts
    smaller units (``part_kind``, such as ``cudaCore``) has ``parts_per_unit`` of them in each.
    ``per_clock`` is dense operations per clock and unit by precision, a multiply-accumulate
    counting as two, with the faster accumulation; ``wide_per_clock`` those with FP32 accumulation
    where they are lower. ``clock_scale`` is the matrix units' clock over the maximum clock.
    """

    id: str
    name: str
    targets: tuple[str, ...]
    driver_names: tuple[str, ...]
    unit_kind: str
    part_kind: str | None
    parts_per_unit: int | None
    per_clock: Mapping[str, float]
    wide_per_clock: Mapping[str, float]
    clock_scale: float
    source: str
    grade: Grade
    note: str | None


@dataclass(frozen=True, slots=True)
class Cpu:
    """One microarchitecture, or one part of it, keyed by CPUID (x86), MIDR (Arm) or name.

    ``architecture`` is ``x86``, ``arm``, ``power``, ``s390``, ``loongarch`` or ``riscv``;
    ``vendor`` is the CPUID string, or the MIDR implementer in hex, or ``None``. ``models`` and
    ``parts`` are inclusive ranges (hex text for Arm parts); ``name_contains`` lists texts of
    which the model name holds one. ``bits_per_cycle`` is operations per cycle and core times
    their bit length, the same for every precision that fills the lane (a multiply-accumulate
    counts as two); ``fp64_per_cycle`` is double-precision operations per cycle and core. ``isa``
    lists the extensions that these figures already count. ``max_cores`` and
    ``clock_ceiling_hz`` bound the largest part that the row covers; ``base_hz`` is the clock
    that a part is guaranteed to keep. ``all_core`` is the turbo clock of all cores together (Hz)
    and ``published_fp64`` the 64-bit rate of a package that the maker publishes (FLOP/s).
    """

    id: str
    name: str
    architecture: str
    vendor: str | None
    families: tuple[int, ...]
    models: tuple[tuple[int, int], ...]
    steppings: tuple[int, int] | None
    parts: tuple[tuple[str, str], ...]
    name_contains: tuple[str, ...]
    isa: tuple[str, ...]
    bits_per_cycle: Figure
    fp64_per_cycle: Figure
    max_cores: int | None
    base_hz: float | None
    clock_ceiling_hz: float | None
    die_area: Figure | None
    segment: Segment | None
    source: str
    grade: Grade
    note: str | None
    all_core: Figure | None = None
    published_fp64: Figure | None = None

    @property
    def is_part(self) -> bool:
        """Is it one product? Only such a row states a base clock, and its cores are exact."""
        return self.base_hz is not None


@dataclass(frozen=True, slots=True)
class IsaCeiling:
    """What a processor with this extension can do at most, per cycle and core.

    The flag ``*`` stands for any processor of the architecture.
    """

    architecture: str
    flag: str
    bits_per_cycle: float
    fp64_per_cycle: float
    source: str


class CameraKind(StrEnum):
    """What a camera sees by: ``thermal`` (8 to 14 µm) or ``nearInfrared``, which silicon sees."""

    THERMAL = "thermal"
    NEAR_INFRARED = "nearInfrared"


@dataclass(frozen=True, slots=True)
class ThermalArray:
    """A thermal detector's size in elements, and how frames carry more rows than it has.

    ``telemetry_rows`` are rows of housekeeping data that a frame may append; ``doubled`` says
    that some frames hold the picture and the raw values one above the other.
    """

    name: str
    width: int
    height: int
    telemetry_rows: int
    doubled: bool
    source: str
    grade: Grade

    def frames(self) -> frozenset[tuple[int, int]]:
        """Return the sizes, in pixels, at which a mode may present this array."""
        heights = {self.height, self.height + self.telemetry_rows}
        heights |= {self.height * 2} if self.doubled else set()
        return frozenset((self.width, height) for height in heights)


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera whose USB ids say what it sees by.

    ``arrays`` names the thermal arrays that it may hold. Where they are stated, a camera with
    these ids whose modes have other sizes is another product and the row does not fit it.
    """

    id: str
    name: str
    kind: CameraKind
    patterns: tuple[Pattern, ...]
    arrays: tuple[str, ...]
    source: str
    grade: Grade
    note: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every row, and where the figures come from (source key to citation)."""

    devices: tuple[Device, ...]
    cpus: tuple[Cpu, ...]
    ceilings: tuple[IsaCeiling, ...]
    clock_ceilings: Mapping[str, float]
    sources: Mapping[str, str]
    cameras: tuple[CameraRow, ...] = ()
    thermal_arrays: tuple[ThermalArray, ...] = ()
    architectures: tuple[Architecture, ...] = ()
