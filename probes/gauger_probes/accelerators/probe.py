"""The accelerators probe: PCI functions and the processors, through files alone.

What libraries say of the same devices (NVML) comes from probes of their own and is joined later.
"""

from __future__ import annotations

from gauger_probes.accelerators import pci
from gauger_probes.accelerators.cpu_device import cpu_device
from gauger_probes.accelerators.cpu_second_source import with_second_source
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.host import cpu
from gauger_probes.result import Context, Part, Result
from gauger_probes.sysfs import entries


def probe(context: Context) -> Result:
    """Return every accelerator that the kernel lists; ``unavailable`` where there is no sysfs."""
    roots = context.roots
    scan = pci.scan(roots, context.options.known_pci)
    processors = with_second_source(cpu_device(cpu.read(roots)), roots)
    found = (*scan.accelerators, processors) if processors else scan.accelerators
    parts = tuple(part for part in (scan.part, None if processors else _NO_CPU) if part)
    if next(entries(roots, "sys"), None) is None:
        return Result(
            accelerators=found,
            status=Status.UNAVAILABLE,
            reason="no sysfs: PCI functions could not be listed",
            could_hide=(Hidden.ACCELERATOR,),
            parts=parts,
        )
    reason = None if scan.has_bus else "no PCI bus"
    return Result(accelerators=found, reason=reason, parts=parts)


_NO_CPU = Part(
    "accelerators.cpu",
    Status.PARTIAL,
    "no processor in /proc/cpuinfo or sys/devices/system/cpu",
    (Hidden.ACCELERATOR,),
)
