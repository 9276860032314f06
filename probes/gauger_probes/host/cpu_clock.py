"""What the kernel states of processor clocks, in Hz, and which file states the maximum.

``cpuinfo_max_freq`` and ``base_frequency`` are in kHz (Documentation/admin-guide/pm/cpufreq.rst,
intel_pstate.rst). ``nominal_freq`` is in MHz and scales by ``highest_perf / nominal_perf``
(Documentation/admin-guide/acpi/cppc_sysfs.rst).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gauger_probes.roots import Roots
from gauger_probes.sysfs import read_int, read_text

#: Clocks at or above this are no processor's; a garbled file must not become a rating.
_ABSURD_HZ = 100e9
#: Before it knew boost clocks (Linux 5.11), this driver stated the nominal clock as the maximum.
_MAY_STATE_NOMINAL = "acpi-cpufreq"


@dataclass(frozen=True, slots=True)
class Clock:
    """Base and maximum clock of a group of CPUs; ``None`` where nothing states one."""

    base_hz: float | None = None
    max_hz: float | None = None
    max_hz_source: str | None = None


@dataclass(frozen=True, slots=True)
class _Stated:
    hz: float
    source: str


def read(roots: Roots, cpus: Iterable[int]) -> Clock:
    """Return the highest base and the highest maximum clock that is stated for ``cpus``."""
    directories = [f"devices/system/cpu/cpu{number}" for number in cpus]
    if not directories:
        return Clock()
    base = _highest([_in_khz(roots, f"{cpu}/cpufreq/base_frequency") for cpu in directories])
    maximum = _highest([_in_khz(roots, f"{cpu}/cpufreq/cpuinfo_max_freq") for cpu in directories])
    driver = read_text(roots, f"sys/{directories[0]}/cpufreq/scaling_driver")
    if maximum is None or driver == _MAY_STATE_NOMINAL:
        maximum = _highest([maximum, *(_from_cppc(roots, cpu) for cpu in directories)])
    return Clock(
        base_hz=base.hz if base else None,
        max_hz=maximum.hz if maximum else None,
        max_hz_source=maximum.source if maximum else None,
    )


def _in_khz(roots: Roots, path: str) -> _Stated | None:
    return _stated(read_int(roots, f"sys/{path}", 10), 1e3, path)


def _from_cppc(roots: Roots, cpu: str) -> _Stated | None:
    nominal = read_int(roots, f"sys/{cpu}/acpi_cppc/nominal_perf", 10)
    highest = read_int(roots, f"sys/{cpu}/acpi_cppc/highest_perf", 10)
    megahertz = read_int(roots, f"sys/{cpu}/acpi_cppc/nominal_freq", 10)
    if not nominal or nominal < 0 or highest is None or highest < nominal:
        return None
    return _stated(megahertz, 1e6 * highest / nominal, f"{cpu}/acpi_cppc")


def _stated(number: int | None, unit_hz: float, path: str) -> _Stated | None:
    if number is None or not 0 < number < _ABSURD_HZ or not 0 < number * unit_hz < _ABSURD_HZ:
        return None
    return _Stated(number * unit_hz, f"sysfs:{path}")


def _highest(stated: list[_Stated | None]) -> _Stated | None:
    known = [item for item in stated if item is not None]
    return max(known, key=lambda item: item.hz, default=None)
