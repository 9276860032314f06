"""What is seen of the machine while something is timed, and when it counts as shared."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.backends.cpu import numpy_blas
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.conditions import (
    LEAST_CPU_TIME,
    MOST_STEAL,
    Look,
    Watch,
    describe,
    look,
)
from gauger_probes.measure.gemm import Means, measure
from gauger_probes.measure.plan import Window
from gauger_probes.measure.sampling import Busy
from gauger_probes.roots import Roots
from support.hogs import hogs
from support.kernel_tree import kernel_tree

_ALONE = Busy(wall_s=10.0, cpu_s=39.9, threads=4)
_BEFORE = Look(0.5, 1, 100, 10_000, (1.2e9,), "sysfs:cpufreq/scaling_cur_freq")
_DURING = replace(_BEFORE, run_queue=5, clocks_hz=(3.0e9, 3.4e9))
_AFTER = replace(_BEFORE, load_average=2.5, all_ticks=20_000, clocks_hz=(2.0e9,))
_CPUFREQ = "sys/devices/system/cpu/cpu{}/cpufreq"


def _machine(**changed: str) -> dict[str, str]:
    files = {
        "loadavg": "1.25 0.80 0.40 3/512 4242\n",
        # user nice system idle iowait irq softirq steal guest guest_nice
        "stat": "cpu  10 20 30 400 50 6 7 80 9 9\ncpu0 1 2 3 4 5 6 7 8 9 9\nintr 1\n",
        "cpuinfo": "processor\t: 0\ncpu MHz\t\t: 2445.406\n\ncpu MHz\t\t: 1500.000\n",
    }
    return {f"proc/{name}": text for name, text in (files | changed).items()}


def test_load_run_queue_and_ticks_are_read_as_the_kernel_writes_them(tmp_path: Path) -> None:
    found = look(kernel_tree(tmp_path, _machine()), [0, 1])
    assert (found.load_average, found.run_queue) == (1.25, 3)
    assert found.steal_ticks == 80
    assert found.all_ticks == 10 + 20 + 30 + 400 + 50 + 6 + 7 + 80, "guest is part of user"


def test_clocks_come_from_cpufreq_where_there_is_one(tmp_path: Path) -> None:
    files = {
        f"{_CPUFREQ.format(cpu)}/scaling_cur_freq": f"{clock}\n"
        for cpu, clock in enumerate((3400000, 800000))
    }
    found = look(kernel_tree(tmp_path, _machine() | files), [0, 1])
    assert found.clocks_hz == (3.4e9, 0.8e9)
    assert found.clock_source == "sysfs:cpufreq/scaling_cur_freq"


def test_clocks_come_from_cpuinfo_where_there_is_no_cpufreq(tmp_path: Path) -> None:
    found = look(kernel_tree(tmp_path, _machine()), [0, 1])
    assert found.clocks_hz == (2445.406e6, 1500e6)
    assert found.clock_source == "procfs:cpuinfo"


@pytest.mark.parametrize("garbage", ["", "x", "cpu", "1.0", "\x00" * 50, "9" * 500])
def test_garbled_files_are_facts_that_are_missing(tmp_path: Path, garbage: str) -> None:
    files = _machine(loadavg=garbage, stat=garbage, cpuinfo=garbage)
    assert look(kernel_tree(tmp_path, files), [0]) == Look(None, None, None, None, (), None)


def test_a_machine_that_shows_nothing_is_described_all_the_same(tmp_path: Path) -> None:
    with Watch(kernel_tree(tmp_path, {}), [0, 1]) as watch:
        pass
    found = watch.conditions(_ALONE)
    assert found["contended"] is False
    assert found["cpuTimeFraction"] == 0.9975
    missing = {name for name, value in found.items() if value is None}
    assert missing >= {"stealFraction", "loadAverage1", "runQueueMax", "clockHzMax", "governor"}


def test_clocks_and_run_queue_are_those_seen_while_the_work_ran() -> None:
    found = describe([_BEFORE, _DURING, _AFTER], _ALONE)
    assert (found["clockHzMin"], found["clockHzMax"]) == (3.0e9, 3.4e9)
    assert found["clockHzMedian"] == 3.2e9
    assert found["runQueueMax"] == 5
    assert (found["loadAverage1"], found["loadAverage1After"]) == (0.5, 2.5)


def test_work_too_short_to_look_at_has_the_clocks_seen_right_after() -> None:
    assert describe([_BEFORE, _AFTER], _ALONE)["clockHzMedian"] == 2.0e9


@pytest.mark.parametrize(
    ("fraction", "contended"), [(LEAST_CPU_TIME + 0.01, False), (LEAST_CPU_TIME - 0.01, True)]
)
def test_cpu_time_below_wall_time_and_threads_means_contended(
    fraction: float, contended: bool
) -> None:
    busy = Busy(wall_s=2.0, cpu_s=2.0 * 8 * fraction, threads=8)
    assert describe([_BEFORE, _AFTER], busy)["contended"] is contended


@pytest.mark.parametrize(("part", "contended"), [(0.5, False), (1.5, True)])
def test_steal_means_contended_although_cpu_time_does_not_show_it(
    part: float, contended: bool
) -> None:
    stolen = round(10_000 * MOST_STEAL * part)
    after = replace(_AFTER, steal_ticks=100 + stolen)
    found = describe([_BEFORE, after], _ALONE)
    assert found["contended"] is contended
    assert found["stealFraction"] == stolen / 10_000


@pytest.mark.parametrize("all_ticks", [None, 10_000, 9_000])
def test_counters_that_stand_still_or_go_back_tell_no_steal(all_ticks: int | None) -> None:
    found = describe([_BEFORE, replace(_AFTER, all_ticks=all_ticks)], _ALONE)
    assert found["stealFraction"] is None


def test_governors_are_named_once_each(tmp_path: Path) -> None:
    names = ["powersave", "performance", "powersave"]
    files = {
        f"{_CPUFREQ.format(cpu)}/scaling_governor": f"{name}\n" for cpu, name in enumerate(names)
    }
    with Watch(kernel_tree(tmp_path, files), range(3)) as watch:
        pass
    assert watch.conditions(_ALONE)["governor"] == "performance, powersave"


def test_only_some_clocks_of_a_very_large_machine_are_read(tmp_path: Path) -> None:
    files = {f"{_CPUFREQ.format(cpu)}/scaling_cur_freq": f"{cpu + 1}\n" for cpu in range(200)}
    with Watch(kernel_tree(tmp_path, files), range(200)) as watch:
        pass
    found = watch.conditions(_ALONE)
    assert found["clockHzMin"] == 1e3
    assert float(_number(found, "clockHzMax")) > 190e3, "spread over the whole machine"


def test_the_machine_is_looked_at_while_the_work_runs(tmp_path: Path) -> None:
    roots = kernel_tree(tmp_path, _machine())
    with Watch(roots, [0]) as watch:
        kernel_tree(tmp_path, _machine(loadavg="7.00 1.00 1.00 64/512 4242\n"))
        time.sleep(0.3)
        kernel_tree(tmp_path, _machine(loadavg="9.00 1.00 1.00 2/512 4242\n"))
    found = watch.conditions(_ALONE)
    assert found["runQueueMax"] == 64
    assert found["loadAverage1After"] == 9.0


def test_looking_ends_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Watch(kernel_tree(tmp_path, {}), [0]) as watch:
        raise ZeroDivisionError
    assert not watch.watching


def test_a_machine_whose_cpus_others_hog_is_contended() -> None:
    with hogs(2 * len(os.sched_getaffinity(0))):
        window, bench = Window.lasting(time.perf_counter(), 0.7), Bench(Roots())
        means = Means([numpy_blas.library(bench)])
        found = measure(Precision.FP32, window, bench, means).conditions
    assert found["contended"] is True
    assert float(_number(found, "cpuTimeFraction")) < LEAST_CPU_TIME


def _number(found: Mapping[str, JsonValue], name: str) -> Any:
    return found[name]
