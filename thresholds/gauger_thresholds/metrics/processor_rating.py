"""What the processors' package is rated for: cores, graphics and neural engine are one IC."""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.cpu_rating import CpuRating
from gauger_thresholds.catalogue.cpu_rating import rate as rate_processors
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Catalogue, Device
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING, total
from gauger_thresholds.metrics.device_rating import (
    SILENT,
    at_most,
    explain,
    fp64_of,
    operations_of,
    tpp_of,
)
from gauger_thresholds.metrics.machine import Estimate, PackageRating


def rate_processor(
    accelerator: Accelerator, evidence: Evidence, catalogue: Catalogue
) -> PackageRating:
    """Rate the processors' package with the graphics and neural engines that share it."""
    host = evidence.host
    processors = host.processors if host else ()
    virtualised = bool(host and host.virtualisation.hypervisor)
    cpu = rate_processors(catalogue, processors, virtualised)
    beside = [
        row
        for item in evidence.accelerators
        if item.parent is None and item.bus is not Bus.CPU
        for row in devices_for(catalogue, item)[:1]
        if row.integrated and row.kind not in SILENT
    ]
    graphics = [tpp_of(row) for row in beside]
    return _package(accelerator, cpu, beside, graphics)


def _package(
    accelerator: Accelerator, cpu: CpuRating, beside: list[Device], graphics: list[Estimate]
) -> PackageRating:
    """The processor's IC counts every unit on it: cores, graphics and neural engine."""
    tpp = cpu.tpp
    operations = [cpu.operations, *(operations_of(row).interval for row in beside)]
    fp64 = cpu.fp64
    for row, estimate in zip(beside, graphics, strict=True):
        tpp = tpp + estimate.interval
        fp64 = fp64 + fp64_of(row).interval
    names = [item.name for item in accelerator.identities if item.name]
    with_units = "".join(f" + {explain(row)}" for row in beside)
    return PackageRating(
        accelerator=accelerator,
        name=names[0] if names else "processor",
        tpp=at_most(tpp.high) if tpp.low == 0 else Estimate(tpp, tpp.high),
        operations=Estimate(total(operations), None),
        fp64=Estimate(fp64, fp64.high),
        die_area=cpu.die_area.interval if cpu.die_area and not beside else None,
        planar=False,
        memory_bandwidth=Estimate(ANYTHING, None),
        io_bandwidth=Estimate(ANYTHING, None),
        segments=frozenset({cpu.segment}),
        kinds=frozenset(),
        basis=None if tpp.high == ANYTHING.high else Basis.BOUND,
        detail=cpu.detail + with_units,
        sources=(f"catalogue:{cpu.cpu.id}",) if cpu.cpu else (),
        missing=cpu.missing,
        packages=max(cpu.packages, 1),
    )
