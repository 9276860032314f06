"""Clocks: the highest that is stated, with its source, and nothing made of nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.host import cpu_clock
from gauger_probes.host.cpu_clock import Clock
from support.trees import planted

CPU = "sys/devices/system/cpu/cpu{}/cpufreq"
CPPC = {
    "sys/devices/system/cpu/cpu0/acpi_cppc/highest_perf": "200",
    "sys/devices/system/cpu/cpu0/acpi_cppc/nominal_perf": "100",
    "sys/devices/system/cpu/cpu0/acpi_cppc/nominal_freq": "2000",
}


def test_the_highest_maximum_of_the_package_counts(tmp_path: Path) -> None:
    roots = planted(
        tmp_path,
        {
            f"{CPU.format(0)}/cpuinfo_max_freq": "3900000",
            f"{CPU.format(1)}/cpuinfo_max_freq": "5200000",
            f"{CPU.format(1)}/base_frequency": "1900000",
            f"{CPU.format(2)}/cpuinfo_max_freq": "9900000",
        },
    )
    source = "sysfs:devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq"
    assert cpu_clock.read(roots, [0, 1]) == Clock(1.9e9, 5.2e9, source)


def test_without_cpufreq_the_maximum_comes_from_cppc(tmp_path: Path) -> None:
    clock = cpu_clock.read(planted(tmp_path, CPPC), [0])
    assert clock == Clock(None, 4e9, "sysfs:devices/system/cpu/cpu0/acpi_cppc")


def test_a_driver_that_states_its_maximum_is_believed_over_cppc(tmp_path: Path) -> None:
    roots = planted(
        tmp_path,
        {
            **CPPC,
            f"{CPU.format(0)}/cpuinfo_max_freq": "3500000",
            f"{CPU.format(0)}/scaling_driver": "amd-pstate-epp",
        },
    )
    assert cpu_clock.read(roots, [0]).max_hz == 3.5e9


def test_a_driver_that_may_state_the_nominal_clock_is_not(tmp_path: Path) -> None:
    roots = planted(
        tmp_path,
        {
            **CPPC,
            f"{CPU.format(0)}/cpuinfo_max_freq": "2000000",
            f"{CPU.format(0)}/scaling_driver": "acpi-cpufreq",
        },
    )
    assert cpu_clock.read(roots, [0]).max_hz == 4e9


@pytest.mark.parametrize("text", ["", "fast", "-1", "0", "0x10", "9" * 30, "1e7"])
def test_a_clock_that_is_none_is_left_out(tmp_path: Path, text: str) -> None:
    roots = planted(tmp_path, {f"{CPU.format(0)}/cpuinfo_max_freq": text})
    assert cpu_clock.read(roots, [0]) == Clock()


@pytest.mark.parametrize(
    "change",
    [{"nominal_perf": "0"}, {"nominal_perf": "-5"}, {"highest_perf": "50"}, {"nominal_freq": "x"}],
)
def test_cppc_figures_that_contradict_themselves_give_no_clock(
    tmp_path: Path, change: dict[str, str]
) -> None:
    roots = planted(tmp_path, CPPC)
    planted(
        tmp_path,
        {f"sys/devices/system/cpu/cpu0/acpi_cppc/{name}": text for name, text in change.items()},
    )
    assert cpu_clock.read(roots, [0]) == Clock()


def test_no_processors_have_no_clock(tmp_path: Path) -> None:
    assert cpu_clock.read(planted(tmp_path, CPPC), []) == Clock()
