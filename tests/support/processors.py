"""Processors as their makers sell them, and machines that hold one."""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import Processor, Virtualisation
from support.catalogue import processor
from support.evidence import sample_host
from support.machines import coverage

CPUFREQ = "sysfs:devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"
AMX = ("amx_bf16", "amx_int8", "amx_tile", "avx", "avx512f")
WIDE = ("avx", "avx2", "avx512_vnni", "avx512f", "fma")
NARROW = ("avx", "avx2", "avx_vnni", "fma")


def xeon(model: int, name: str, cores: int, base: float, most: float) -> Processor:
    """Return a Xeon with AMX: CPUID model, product name, cores, base and highest clock in GHz."""
    return processor(
        model_number=model,
        model=f"Intel(R) Xeon(R) {name}",
        cores=cores,
        threads=2 * cores,
        base_hz=base * 1e9,
        max_hz=most * 1e9,
        max_hz_source=CPUFREQ,
        isa=AMX,
    )


def epyc(family: int, model: int, name: str, cores: int, most: float) -> Processor:
    """Return an EPYC, whose kernel states no base clock."""
    return processor(
        vendor="AuthenticAMD",
        family=family,
        model_number=model,
        model=f"AMD {name} {cores}-Core Processor",
        cores=cores,
        threads=2 * cores,
        max_hz=most * 1e9,
        max_hz_source="sysfs:devices/system/cpu/cpu0/acpi_cppc",
        isa=WIDE,
    )


def holding(
    *processors: Processor, beside: tuple[Accelerator, ...] = (), hypervisor: str | None = None
) -> Evidence:
    """Return a machine of these processors, with these devices on its buses."""
    host = replace(
        sample_host(),
        processors=processors,
        virtualisation=Virtualisation(hypervisor, None),
    )
    identity = Identity("procfs:cpuinfo", processors[0].model)
    cpu = Accelerator("cpu", Bus.CPU, "cpu", None, None, True, None, (identity,))
    return Evidence(host, (), (*beside, cpu), coverage())
