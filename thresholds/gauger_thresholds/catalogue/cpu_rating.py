"""What a processor package is rated for: cores × clock × operations per cycle.

The law counts the whole package (one IC) at the rate that its maker claims, which for a processor
nobody prints. So the rating is an interval: from what is known to be there, at the clock that is
sure, to what the family's largest part can do at the highest clock that anything bounds. Total
processing performance is TPP = cores × Hz × bits per cycle / 10¹², where bits per cycle are
operations × bit length, a multiply-accumulate counting as two (3A090 Technical Notes).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.clocks import Clock, clock_of
from gauger_thresholds.catalogue.match import architecture_of, cpu_for
from gauger_thresholds.catalogue.model import Catalogue, Cpu, Figure, Segment
from gauger_thresholds.interval import ANYTHING, ZERO, Interval, highest, total

#: Extensions that multiply 8-bit integers at the full width of the lane.
_INT8_DOT = frozenset({"avx_vnni", "avx512_vnni", "amx_int8", "amx_tile", "asimddp", "i8mm"})
#: Flags of a matrix unit, at whose load the clock falls far below the maximum.
_MATRIX = frozenset({"amx_tile", "sme"})
_TERA = 1e12


@dataclass(frozen=True, slots=True)
class CpuRating:
    """The rating of one package of this machine, the fastest where they differ.

    ``tpp`` is total processing performance; ``fp64`` is FLOP/s of 64-bit floating point and
    ``operations`` operations/s of the shortest operand that fills the lane, all of one package.
    ``packages`` counts them; in a virtual machine it is the fewest that could hold its
    processors. ``die_area`` is in mm². ``detail`` shows the reckoning, ``missing`` what would
    narrow it.
    """

    tpp: Interval
    fp64: Interval
    operations: Interval
    packages: int
    cpu: Cpu | None
    die_area: Figure | None
    segment: Segment | None
    detail: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One kind of core in a package: how many, how fast, how wide."""

    cores: Interval
    clock: Clock
    bits: Interval
    fp64: Interval
    operations: Interval
    cpu: Cpu | None
    missing: tuple[str, ...]


def rate(catalogue: Catalogue, processors: tuple[Processor, ...], virtualised: bool) -> CpuRating:
    """Rate one package of a machine with these ``processors``.

    ``virtualised`` says that a hypervisor presents them: it may show fewer cores than the
    package has, and any clock it likes.
    """
    packages: dict[int, list[_Part]] = {}
    for processor in processors:
        part = _part(catalogue, processor, virtualised)
        packages.setdefault(processor.package, []).append(part)
    if not packages:
        return _unread()
    parts = list(packages.values())
    largest = max(parts, key=lambda group: _sum(group, "bits").high)
    main = max(largest, key=lambda part: part.bits.high * part.cores.high)
    return CpuRating(
        tpp=highest(_sum(group, "bits").scale(1 / _TERA) for group in parts),
        fp64=highest(_sum(group, "fp64") for group in parts),
        operations=highest(_sum(group, "operations") for group in parts),
        packages=_packages(processors, main.cpu) if virtualised else len(packages),
        cpu=main.cpu,
        die_area=main.cpu.die_area if main.cpu else None,
        segment=main.cpu.segment if main.cpu else None,
        detail=" + ".join(_explain(part, virtualised) for part in largest),
        missing=tuple(dict.fromkeys(text for part in largest for text in part.missing)),
    )


def _unread() -> CpuRating:
    missing = ("the processors: /proc/cpuinfo could not be read",)
    return CpuRating(
        ANYTHING, ANYTHING, ANYTHING, 0, None, None, None, "no processor was read", missing
    )


def _part(catalogue: Catalogue, processor: Processor, virtualised: bool) -> _Part:
    cpu = cpu_for(catalogue, processor)
    bits, fp64 = _per_cycle(catalogue, cpu, processor)
    matrix = bool(_MATRIX & {*processor.isa, *(cpu.isa if cpu else ())})
    cores = _cores(cpu, processor, virtualised)
    clock = clock_of(catalogue, cpu, processor, virtualised=virtualised, sustained=matrix)
    eight_bit = 8 if _INT8_DOT & {*processor.isa, *(cpu.isa if cpu else ())} else 16
    return _Part(
        cores=cores,
        clock=clock,
        bits=bits,
        fp64=fp64,
        operations=Interval(bits.low / eight_bit, bits.high / 8),
        cpu=cpu,
        missing=_missing(cpu, processor, cores, clock),
    )


def _per_cycle(
    catalogue: Catalogue, cpu: Cpu | None, processor: Processor
) -> tuple[Interval, Interval]:
    """Bits and fp64 operations per cycle and core; a flag beats the table upwards only."""
    architecture = architecture_of(processor)
    counted = cpu.isa if cpu else ()
    ceilings = [
        item
        for item in catalogue.ceilings
        if item.architecture == architecture
        and (item.flag in processor.isa or (item.flag == "*" and cpu is None))
        and item.flag not in counted
    ]
    if cpu is None and not ceilings:
        return ANYTHING, ANYTHING
    bits = cpu.bits_per_cycle.interval if cpu else ZERO
    fp64 = cpu.fp64_per_cycle.interval if cpu else ZERO
    return (
        Interval(bits.low, max(bits.high, *(item.bits_per_cycle for item in ceilings), 0.0)),
        Interval(fp64.low, max(fp64.high, *(item.fp64_per_cycle for item in ceilings), 0.0)),
    )


def _cores(cpu: Cpu | None, processor: Processor, virtualised: bool) -> Interval:
    """Cores of the package. A guest's core may be one of two threads of a real one."""
    if processor.cores is not None and not virtualised:
        return Interval.exactly(processor.cores)
    shown = max(processor.cores or 0, processor.threads)
    sure = math.ceil(shown / 2) if virtualised else 1
    if cpu is None or cpu.max_cores is None:
        return Interval(sure, math.inf if virtualised else shown)
    return Interval(sure, max(cpu.max_cores, shown))


def _packages(processors: Sequence[Processor], cpu: Cpu | None) -> int:
    shown = sum(max(item.cores or 0, item.threads) for item in processors)
    return math.ceil(shown / cpu.max_cores) if cpu and cpu.max_cores else 1


def _sum(parts: Sequence[_Part], field: str) -> Interval:
    return total(_product(part.cores, part.clock.hz, getattr(part, field)) for part in parts)


def _product(*factors: Interval) -> Interval:
    return Interval(
        math.prod(item.low for item in factors), math.prod(item.high for item in factors)
    )


def _missing(
    cpu: Cpu | None, processor: Processor, cores: Interval, clock: Clock
) -> tuple[str, ...]:
    named = processor.model or "this processor"
    found = []
    if cpu is None:
        found.append(f"operations per cycle of {named}: add its row to catalogue/cpu.toml")
    if cores.low < cores.high:
        found.append(f"the cores of the whole package of {named}: see its maker's data sheet")
    if clock.hz.low < clock.hz.high:
        found.append(f"the clock of {named}: {clock.advice}")
    return tuple(found)


def _explain(part: _Part, virtualised: bool) -> str:
    name = part.cpu.name if part.cpu else "unknown model, bounded by its instruction set"
    tpp = _product(part.cores, part.clock.hz, part.bits).scale(1 / _TERA)
    seen = " as presented by the hypervisor" if virtualised else ""
    return (
        f"{name}{seen}: {_range(part.cores)} cores × {_range(part.clock.hz, 1e9)} GHz "
        f"({part.clock.origin}) × {_range(part.bits)} bits per cycle = TPP {_range(tpp)}"
    )


def _range(interval: Interval, unit: float = 1.0) -> str:
    low, high = _number(interval.low / unit), _number(interval.high / unit)
    if math.isinf(interval.high):
        return f"at least {low}"
    if interval.low == 0:
        return f"at most {high}"
    return high if low == high else f"{low} to {high}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
