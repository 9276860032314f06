"""How much memory may be filled, and how large the caches are, from kernel files."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.measure.capacity import allowance, last_level_cache
from gauger_probes.roots import Roots
from support.kernel_tree import kernel_tree

_MIB = 1024 * 1024
_MEMINFO = "MemTotal:       16384000 kB\nMemFree:         1000000 kB\nMemAvailable:    8192000 kB\n"


def _cache(cpu: int, index: int, level: int, size: str, shared: str) -> dict[str, str]:
    folder = f"sys/devices/system/cpu/cpu{cpu}/cache/index{index}"
    return {
        f"{folder}/level": f"{level}\n",
        f"{folder}/size": f"{size}\n",
        f"{folder}/shared_cpu_list": f"{shared}\n",
    }


def test_an_eighth_of_the_available_memory_may_be_filled(tmp_path: Path) -> None:
    assert allowance(kernel_tree(tmp_path, {"proc/meminfo": _MEMINFO})) == 8192000 * 1024 // 8


def test_a_limit_of_any_control_group_above_counts(tmp_path: Path) -> None:
    roots = kernel_tree(
        tmp_path,
        {
            "proc/meminfo": _MEMINFO,
            "proc/self/cgroup": "0::/system.slice/gauger.service\n",
            "sys/fs/cgroup/system.slice/memory.max": f"{512 * _MIB}\n",
            "sys/fs/cgroup/system.slice/memory.current": f"{256 * _MIB}\n",
            "sys/fs/cgroup/system.slice/gauger.service/memory.max": "max\n",
            "sys/fs/cgroup/system.slice/gauger.service/memory.current": "4096\n",
        },
    )
    assert allowance(roots) == 256 * _MIB // 8


def test_a_group_beyond_its_limit_leaves_nothing(tmp_path: Path) -> None:
    roots = kernel_tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "4096\n",
            "sys/fs/cgroup/memory.current": "8192\n",
        },
    )
    assert allowance(roots) == 0


def test_where_nothing_states_free_memory_little_is_assumed(tmp_path: Path) -> None:
    assert 0 < allowance(kernel_tree(tmp_path, {})) <= 64 * _MIB


def test_shared_caches_of_the_last_level_are_counted_once_each(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for cpu in range(4):
        files |= _cache(cpu, 0, 1, "32K", str(cpu))
        files |= _cache(cpu, 3, 3, "16M", "0-1" if cpu < 2 else "2-3")
    roots = kernel_tree(tmp_path, files)
    assert last_level_cache(roots, range(4)) == 32 * _MIB
    assert last_level_cache(roots, [1]) == 16 * _MIB, "only what the CPUs of this process reach"


def test_private_caches_of_the_last_level_add_up(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for cpu in range(3):
        files |= _cache(cpu, 2, 2, "1024K", str(cpu))
    assert last_level_cache(kernel_tree(tmp_path, files), range(3)) == 3 * _MIB


@pytest.mark.parametrize("size", ["", "huge", "-5K", "1" * 40])
def test_a_garbled_size_states_no_cache(tmp_path: Path, size: str) -> None:
    roots = kernel_tree(tmp_path, _cache(0, 3, 3, size, "0"))
    assert last_level_cache(roots, [0]) is None


@pytest.mark.parametrize("shared", ["", "0-99999", "3-1", "x,0", "0-1-2"])
def test_a_garbled_list_of_cpus_is_survived(tmp_path: Path, shared: str) -> None:
    roots = kernel_tree(tmp_path, _cache(0, 3, 3, "8M", shared))
    assert last_level_cache(roots, [0]) == 8 * _MIB


def test_this_machine_has_memory_to_measure_with() -> None:
    assert allowance(Roots()) > 0
