"""The processors: one record per package, from /proc/cpuinfo, or from sysfs where that is absent.

Cores are distinct cores, never threads; where some may be switched off, their number is left open.
On Arm a package of unlike cores gives one record for each kind, since each is rated on its own.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from gauger_probes.evidence.host import Processor
from gauger_probes.host import cpu_clock, cpu_modalias, cpuinfo
from gauger_probes.host.cpu_offline import switched_off
from gauger_probes.host.cpuinfo import LogicalCpu
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_bytes, read_int, read_text

_CPUS = "devices/system/cpu"
_CPU = re.compile(r"cpu([0-9]{1,5})")
_CLOCK_IN_NAME = re.compile(r"@\s*([0-9]{1,5}(?:\.[0-9]{1,4})?)\s*([GM])Hz")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Seat:
    """A logical CPU with its package and, where it is known, which core of it."""

    cpu: LogicalCpu
    package: int
    core: tuple[int, int] | None


def read(roots: Roots) -> tuple[Processor, ...]:
    """Return the processors, by package; empty where neither source lists any."""
    source = "procfs:cpuinfo"
    cpus = _from_procfs(roots)
    if not cpus:
        source = f"sysfs:{_CPUS}"
        cpus = _from_sysfs(roots)
    groups: dict[tuple[int, str], list[_Seat]] = {}
    for cpu in cpus:
        seat = _seat(roots, cpu)
        groups.setdefault((seat.package, cpu.part or ""), []).append(seat)
    found = tuple(_processor(roots, groups[key], source) for key in sorted(groups))
    return _with_switched_off(roots, found)


def _with_switched_off(roots: Roots, found: tuple[Processor, ...]) -> tuple[Processor, ...]:
    """The package of an offline processor is not stated, so it may be of any."""
    off = switched_off(roots, sum(item.cores or 0 for item in found))
    if off == 0:
        return found
    return tuple(replace(item, cores=None, threads=item.threads + off) for item in found)


def _from_procfs(roots: Roots) -> tuple[LogicalCpu, ...]:
    try:
        raw = read_bytes(roots, "proc/cpuinfo")
    except OSError:
        return ()
    return cpuinfo.parse(raw.decode("utf-8", "backslashreplace"))


def _from_sysfs(roots: Roots) -> tuple[LogicalCpu, ...]:
    alias = cpu_modalias.parse(read_text(roots, f"sys/{_CPUS}/modalias") or "")
    found = []
    for name in entries(roots, f"sys/{_CPUS}"):
        match = _CPU.fullmatch(name)
        if not match or read_text(roots, f"sys/{_CPUS}/{name}/online") == "0":
            continue
        cpu = _with_midr(roots, LogicalCpu(int(match[1])))
        if alias:
            cpu = replace(
                cpu,
                architecture=alias.architecture,
                vendor=alias.vendor,
                family=alias.family,
                model_number=alias.model_number,
                isa=alias.isa,
            )
        found.append(cpu)
    return tuple(sorted(found, key=lambda cpu: cpu.number)[: cpuinfo.MAX_CPUS])


def _with_midr(roots: Roots, cpu: LogicalCpu) -> LogicalCpu:
    """Add the Arm implementer (bits 31:24) and part (15:4) of MIDR_EL1, where it is shown."""
    path = f"sys/{_CPUS}/cpu{cpu.number}/regs/identification/midr_el1"
    midr = read_int(roots, path, 16)
    if midr is None or midr < 0:
        return cpu
    implementer, part = midr >> 24 & 0xFF, midr >> 4 & 0xFFF
    return replace(cpu, implementer=f"{implementer:02x}", part=f"{part:03x}")


def _seat(roots: Roots, cpu: LogicalCpu) -> _Seat:
    if cpu.package is not None:
        return _Seat(cpu, cpu.package, None if cpu.core is None else (0, cpu.core))
    topology = f"sys/{_CPUS}/cpu{cpu.number}/topology"
    package = _small(read_int(roots, f"{topology}/physical_package_id", 10))
    core = _small(read_int(roots, f"{topology}/core_id", 10))
    # Device trees number cores within their cluster, so the core number alone repeats.
    cluster = _small(read_int(roots, f"{topology}/cluster_id", 10)) or 0
    return _Seat(cpu, package or 0, None if core is None else (cluster, core))


def _small(number: int | None) -> int | None:
    """Drop what the kernel prints for "unknown" (-1) and what no machine has."""
    return number if number is not None and 0 <= number < 2**31 else None


def _processor(roots: Roots, seats: list[_Seat], source: str) -> Processor:
    cpus = [seat.cpu for seat in seats]
    clock = cpu_clock.read(roots, [cpu.number for cpu in cpus])
    model = _first(cpus, lambda cpu: cpu.model)
    captured = _first(cpus, lambda cpu: cpu.architecture) or "unknown"
    return Processor(
        package=seats[0].package,
        architecture=captured if roots.captured else platform.machine() or captured,
        vendor=_first(cpus, lambda cpu: cpu.vendor),
        model=model,
        family=_first(cpus, lambda cpu: cpu.family),
        model_number=_first(cpus, lambda cpu: cpu.model_number),
        stepping=_first(cpus, lambda cpu: cpu.stepping),
        implementer=_first(cpus, lambda cpu: cpu.implementer),
        part=_first(cpus, lambda cpu: cpu.part),
        cores=_cores(seats),
        threads=max([len(cpus), *_known(cpu.threads_in_package for cpu in cpus)]),
        base_hz=clock.base_hz or _clock_in(model),
        max_hz=clock.max_hz,
        max_hz_source=clock.max_hz_source,
        microcode=_first(cpus, lambda cpu: cpu.microcode),
        isa=tuple(sorted(frozenset[str]().union(*(cpu.isa for cpu in cpus)))),
        source=source,
    )


def _cores(seats: list[_Seat]) -> int | None:
    """Return the larger of the cores seen and the cores stated: some may be offline."""
    seen = {seat.core for seat in seats}
    counts = _known(seat.cpu.cores_in_package for seat in seats)
    if None not in seen:
        counts.append(len(seen))
    return max(counts, default=None)


def _known(values: Iterable[int | None]) -> list[int]:
    return [value for value in values if value is not None]


def _first(cpus: list[LogicalCpu], field: Callable[[LogicalCpu], T | None]) -> T | None:
    return next((value for cpu in cpus if (value := field(cpu)) is not None), None)


def _clock_in(model: str | None) -> float | None:
    """Return the base clock that Intel writes into the name (``@ 2.90GHz``)."""
    match = _CLOCK_IN_NAME.search(model or "")
    return float(match[1]) * {"G": 1e9, "M": 1e6}[match[2]] if match else None
