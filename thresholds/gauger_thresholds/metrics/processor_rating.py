"""What the processors' package is rated for: cores, graphics and neural engine are one IC.

TPP is aggregated over the processing units of the integrated circuit (15 CFR 774 Supplement 1,
3A090, Technical Notes), so what the catalogue knows as integrated counts with the cores. The
64-bit rate stays that of the cores: the other units have entries of their own, and APP adds up
entries.
"""

from __future__ import annotations

import dataclasses

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.cpu_rating import AtClock, CpuRating, at_clocks, shown
from gauger_thresholds.catalogue.cpu_rating import rate as rate_processors
from gauger_thresholds.catalogue.model import Catalogue, Segment
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, Interval, total
from gauger_thresholds.metrics.device_rating import rate_device
from gauger_thresholds.metrics.machine import Estimate, PackageRating
from gauger_thresholds.metrics.row_rating import at_most


def rate_processor(
    accelerator: Accelerator, evidence: Evidence, catalogue: Catalogue
) -> PackageRating:
    """Rate the processors' package with the graphics and neural engines that share it."""
    host = evidence.host
    processors = host.processors if host else ()
    virtualised = bool(host and host.virtualisation.hypervisor)
    cpu = rate_processors(catalogue, processors, virtualised)
    others = [
        rate_device(item, catalogue)
        for item in evidence.accelerators
        if item.parent is None and item.bus is not Bus.CPU
    ]
    beside = [item for item in others if any(row.integrated for row in item.rows)]
    return _package(accelerator, cpu, beside)


def _package(
    accelerator: Accelerator, cpu: CpuRating, beside: list[PackageRating]
) -> PackageRating:
    names = [item.name for item in accelerator.identities if item.name]
    units = total(item.tpp.interval for item in beside)
    tpp = cpu.tpp + units
    clocks = tuple(dataclasses.replace(item, tpp=item.tpp + units) for item in cpu.clocks)
    operations = [cpu.operations, *(item.operations.interval for item in beside)]
    sources = [f"catalogue:{cpu.cpu.id}"] if cpu.cpu else []
    sources += [source for item in beside for source in item.sources]
    return PackageRating(
        accelerator=accelerator,
        name=names[0] if names else "processor",
        tpp=at_most(tpp.high) if tpp.low == 0 else Estimate(tpp, tpp.high),
        operations=Estimate(total(operations), None),
        fp64=Estimate(cpu.fp64, cpu.fp64.high),
        die_area=None if beside else cpu.die_area,
        planar=False,
        memory_bandwidth=Estimate(ANYTHING, None),
        io_bandwidth=Estimate(ANYTHING, None),
        segments=_segments(cpu, beside),
        kinds=frozenset(),
        basis=None if tpp.high == ANYTHING.high else Basis.BOUND,
        detail=_detail(cpu, beside, tpp, clocks),
        sources=tuple(dict.fromkeys(sources)),
        missing=(*cpu.missing, *(text for item in beside for text in item.missing)),
        packages=max(cpu.packages, 1),
        clocks=clocks,
    )


def _detail(
    cpu: CpuRating, beside: list[PackageRating], tpp: Interval, clocks: tuple[AtClock, ...]
) -> str:
    """The sum, and what it comes to at each clock that somebody states."""
    terms = [cpu.detail, *(item.detail for item in beside)]
    whole = f"{' + '.join(terms)} = TPP {shown(tpp)}" if beside else cpu.detail
    return "; ".join(text for text in (whole, at_clocks(clocks)) if text)


def _segments(cpu: CpuRating, beside: list[PackageRating]) -> frozenset[Segment | None]:
    """What a chip is sold for, its row or that of an engine on it says; silence of one is none."""
    stated = {cpu.segment, *(segment for item in beside for segment in item.segments)}
    return frozenset(stated - {None}) or frozenset({None})
