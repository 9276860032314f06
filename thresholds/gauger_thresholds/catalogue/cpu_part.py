"""Bounds one kind of core in a package: how many, how fast, how much in each cycle.

From below counts what is known to be there, for which the closest row's name may speak. From
above counts every row that shares the hardware's numbers, because a name is text: it never lowers
a bound, and a flag that the rows do not count raises it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.clocks import Clock, clock_of
from gauger_thresholds.catalogue.cpu_match import architecture_of, cpu_for, is_numbered, kin_of
from gauger_thresholds.catalogue.model import Catalogue, Cpu, Segment
from gauger_thresholds.interval import ANYTHING, ZERO, Interval, hull

#: Extensions that multiply 8-bit integers at the full width of the lane.
_INT8_DOT = frozenset({"avx_vnni", "avx512_vnni", "amx_int8", "amx_tile", "asimddp", "i8mm"})
#: Flags of a matrix unit, at whose load the clock falls far below the maximum.
_MATRIX = frozenset({"amx_tile", "sme"})
#: Where firmware hands out parts of a chip as if they were machines: PowerVM and z's LPARs.
_PARTITIONED = frozenset({"power", "s390"})
#: The most threads that a core runs, where it is not two.
_THREADS_PER_CORE = {"power": 8}
_TWO = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of core in a package.

    ``cpu`` is the closest row, ``kin`` every row that the core may be of whatever its name says.
    ``bits`` is bits per cycle and core, ``fp64`` and ``operations`` are operations per cycle and
    core: of 64-bit floating point, and of the shortest operand that fills the lane.
    """

    processor: Processor
    cpu: Cpu | None
    kin: tuple[Cpu, ...]
    shared: bool
    cores: Interval
    clock: Clock
    bits: Interval
    fp64: Interval
    operations: Interval

    def per_second(self, per_cycle: Interval) -> Interval:
        """Return cores × clock × ``per_cycle``."""
        return product(self.cores, self.clock.hz, per_cycle)

    def segment(self) -> Segment | None:
        """Return what the product is sold as, ``None`` where its name is not to be believed.

        The name is the product, so it may say what that is sold as; not in a guest, where the
        hypervisor writes it, nor on more cores than that product has.
        """
        if self.cpu is not None and self._is_credible():
            return self.cpu.segment
        segments = {row.segment for row in self.kin}
        return segments.pop() if len(segments) == 1 else None

    def die_area(self) -> Interval | None:
        """Return the area of the dies in mm²; of a product's own only if its cores agree."""
        cpu = self.cpu
        if cpu is not None and cpu.die_area and self._is_whole(cpu):
            return cpu.die_area.interval
        areas = [row.die_area.interval for row in self.kin if row.die_area is not None]
        return hull(areas) if areas and len(areas) == len(self.kin) else None

    def _is_credible(self) -> bool:
        cores, most = self.processor.cores, self.cpu.max_cores if self.cpu else None
        return not self.shared and (cores is None or most is None or cores <= most)

    def _is_whole(self, cpu: Cpu) -> bool:
        return self._is_credible() and self.processor.cores == cpu.max_cores


def part_of(catalogue: Catalogue, processor: Processor, virtualised: bool) -> Part:
    """Return the bounds of ``processor``; ``virtualised``: a hypervisor presents it."""
    cpu, kin = cpu_for(catalogue, processor), kin_of(catalogue, processor)
    shared = virtualised or architecture_of(processor) in _PARTITIONED
    counted = frozenset(processor.isa).union(*(row.isa for row in kin))
    bits, fp64 = _per_cycle(catalogue, cpu, kin, processor)
    return Part(
        processor=processor,
        cpu=cpu,
        kin=kin,
        shared=shared,
        cores=_cores(cpu, kin, processor, shared),
        clock=clock_of(
            catalogue,
            cpu,
            kin,
            processor,
            virtualised=virtualised,
            sustained=bool(_MATRIX & counted),
        ),
        bits=bits,
        fp64=fp64,
        operations=Interval(bits.low / (8 if _INT8_DOT & counted else 16), bits.high / 8),
    )


def product(*factors: Interval) -> Interval:
    """Return the interval of the product."""
    return Interval(
        math.prod(item.low for item in factors), math.prod(item.high for item in factors)
    )


def _per_cycle(
    catalogue: Catalogue, cpu: Cpu | None, kin: tuple[Cpu, ...], processor: Processor
) -> tuple[Interval, Interval]:
    """Bits and fp64 operations per cycle and core; a flag beats the table upwards only."""
    architecture = architecture_of(processor)
    counted = frozenset[str]().union(*(row.isa for row in kin))
    by_name = not any(map(is_numbered, kin))
    ceilings = [
        item
        for item in catalogue.ceilings
        if item.architecture == architecture
        and (item.flag in processor.isa or (item.flag == "*" and by_name))
        and item.flag not in counted
    ]
    if cpu is None and not ceilings:
        return ANYTHING, ANYTHING
    bits = [row.bits_per_cycle.interval.high for row in kin]
    fp64 = [row.fp64_per_cycle.interval.high for row in kin]
    return (
        Interval(
            (cpu.bits_per_cycle.interval if cpu else ZERO).low,
            max([*bits, *(item.bits_per_cycle for item in ceilings)]),
        ),
        Interval(
            (cpu.fp64_per_cycle.interval if cpu else ZERO).low,
            max([*fp64, *(item.fp64_per_cycle for item in ceilings)]),
        ),
    )


def most_cores(processor: Processor) -> int:
    """Return the most cores that the threads of ``processor``, if they are a guest's, may be.

    On x86 each may be a core of its own; where a core runs eight, at least two of them share one.
    """
    return math.ceil(_shown(processor) * _TWO / _threads_per_core(processor))


def _fewest_cores(processor: Processor) -> int:
    return math.ceil(_shown(processor) / _threads_per_core(processor))


def _shown(processor: Processor) -> int:
    return max(processor.cores or 0, processor.threads)


def _threads_per_core(processor: Processor) -> int:
    return _THREADS_PER_CORE.get(architecture_of(processor) or "", _TWO)


def _cores(cpu: Cpu | None, kin: tuple[Cpu, ...], processor: Processor, shared: bool) -> Interval:
    """Cores of the package; a product's own count stands above what is switched on."""
    stated = [row.max_cores for row in kin if row.max_cores is not None]
    most = max(stated) if stated and len(stated) == len(kin) else None
    if processor.cores is not None and not shared:
        whole = cpu.max_cores if cpu and cpu.is_part else None
        return Interval(processor.cores, max(processor.cores, whole or 0))
    if shared:
        sure = _fewest_cores(processor)
        return Interval(sure, math.inf if most is None else max(most, sure))
    return Interval(1, _shown(processor) if most is None else max(most, _fewest_cores(processor)))
