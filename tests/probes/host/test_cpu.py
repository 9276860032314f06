"""Processors: one for each package, counted in cores, from /proc or from a bare sys tree."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from gauger_probes.evidence.host import Processor
from gauger_probes.host import cpu
from gauger_probes.roots import Roots
from support.trees import captured, copied, linked, planted

SYS_CPU = "sys/devices/system/cpu"


def block(number: int, package: int, core: int, **more: str) -> str:
    fields = {"vendor_id": "GenuineIntel", "cpu family": "6", "model": "143", "flags": "lm avx2"}
    fields.update(more)
    told = "\n".join(f"{name} : {value}" for name, value in fields.items())
    return f"processor : {number}\nphysical id : {package}\ncore id : {core}\n{told}\n"


def one(roots: Roots) -> Processor:
    (processor,) = cpu.read(roots)
    return processor


def test_a_two_socket_server_gives_two_packages_of_64_cores() -> None:
    first, second = cpu.read(captured("a800-and-a100"))
    assert (first.package, second.package) == (0, 1)
    assert (first.cores, first.threads, second.cores) == (64, 128, 64)
    assert (first.vendor, first.family, first.model_number) == ("AuthenticAMD", 25, 1)
    assert first.max_hz == 3.529052e9
    assert first.max_hz_source == "sysfs:devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"
    assert second.max_hz_source == "sysfs:devices/system/cpu/cpu64/cpufreq/cpuinfo_max_freq"
    assert first.isa == ("avx", "avx2", "f16c", "fma", "sse4_1", "sse4_2", "sse4a")
    assert (first.architecture, first.source) == ("x86_64", "procfs:cpuinfo")


def test_a_hybrid_laptop_is_one_package_at_its_fastest_core() -> None:
    processor = one(captured("laptop-raptor-lake"))
    assert processor.model == "13th Gen Intel(R) Core(TM) i7-1370P"
    assert (processor.cores, processor.threads) == (14, 20)
    assert (processor.base_hz, processor.max_hz) == (1.9e9, 5.2e9)
    assert "avx_vnni" in processor.isa


def test_a_virtual_machine_shows_its_hypervisor_flag_and_no_clock() -> None:
    processor = one(captured("vm-plain"))
    assert processor.isa == ("hypervisor",)
    assert (processor.base_hz, processor.max_hz, processor.max_hz_source) == (None, None, None)


def test_threads_of_one_core_are_one_core(tmp_path: Path) -> None:
    text = "\n".join([block(0, 0, 0), block(1, 0, 1), block(2, 0, 0), block(3, 0, 1)])
    processor = one(planted(tmp_path, {"proc/cpuinfo": text}))
    assert (processor.cores, processor.threads) == (2, 4)


def test_cores_that_are_stated_and_offline_are_counted(tmp_path: Path) -> None:
    text = block(0, 0, 0, **{"cpu cores": "56", "siblings": "112"})
    processor = one(planted(tmp_path, {"proc/cpuinfo": text}))
    assert (processor.cores, processor.threads) == (56, 112)


def test_the_base_clock_is_read_from_the_name_where_no_file_states_it(tmp_path: Path) -> None:
    named = block(0, 0, 0, **{"model name": "Intel(R) Xeon(R) CPU @ 2.90GHz"})
    assert one(planted(tmp_path, {"proc/cpuinfo": named})).base_hz == 2.9e9


def test_one_core_with_an_extension_gives_it_to_the_package(tmp_path: Path) -> None:
    text = block(0, 0, 0) + "\n" + block(1, 0, 1, flags="lm avx512f")
    assert one(planted(tmp_path, {"proc/cpuinfo": text})).isa == ("avx2", "avx512f")


@pytest.mark.parametrize(
    ("machine", "isa"),
    [
        ("a800-and-a100", ("avx", "avx2", "f16c", "fma", "sse4_1", "sse4_2", "sse4a")),
        ("laptop-raptor-lake", ("avx", "avx2", "avx_vnni", "f16c", "fma", "sse4_1", "sse4_2")),
        ("vm-plain", ("hypervisor",)),
    ],
)
def test_a_bare_sys_tree_gives_the_same_processor_less_its_name(
    tmp_path: Path, machine: str, isa: tuple[str, ...]
) -> None:
    whole = cpu.read(captured(machine))
    bare = cpu.read(copied(machine, tmp_path, "sys"))
    assert [(item.package, item.vendor, item.family, item.model_number) for item in bare] == [
        (item.package, item.vendor, item.family, item.model_number) for item in whole
    ]
    assert [item.max_hz for item in bare] == [item.max_hz for item in whole]
    assert [(item.isa, item.model) for item in bare] == [(isa, None)] * len(whole)
    assert {item.source for item in bare} == {"sysfs:devices/system/cpu"}
    assert {item.architecture for item in bare} == {"x86_64"}


def test_unlike_arm_cores_of_one_package_are_processors_of_their_own(tmp_path: Path) -> None:
    cores = [("0xd0b", 0, 0), ("0xd0b", 0, 1), ("0xd05", 1, 0), ("0xd05", 1, 1)]
    files = {"proc/cpuinfo": ""}
    for number, (part, cluster, core) in enumerate(cores):
        files["proc/cpuinfo"] += (
            f"processor : {number}\nFeatures : asimd\nCPU implementer : 0x41\nCPU part : {part}\n\n"
        )
        topology = f"{SYS_CPU}/cpu{number}/topology"
        files |= {
            f"{topology}/physical_package_id": "0",
            f"{topology}/cluster_id": str(cluster),
            f"{topology}/core_id": str(core),
        }
    little, big = cpu.read(planted(tmp_path, files))
    assert (little.part, big.part, little.implementer) == ("d05", "d0b", "41")
    assert (little.cores, big.cores) == (2, 2)
    assert little.architecture == "aarch64"


def test_cores_that_repeat_their_number_in_each_cluster_are_all_counted(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for number in range(8):
        topology = f"{SYS_CPU}/cpu{number}/topology"
        files |= {
            f"{topology}/physical_package_id": "0",
            f"{topology}/cluster_id": str(number // 4),
            f"{topology}/core_id": str(number % 4),
        }
    assert one(planted(tmp_path, files)).cores == 8


def test_a_bare_arm_tree_names_its_part_by_midr(tmp_path: Path) -> None:
    files = {
        f"{SYS_CPU}/modalias": "cpu:type:aarch64:feature:,0001,0016",
        f"{SYS_CPU}/cpu0/regs/identification/midr_el1": "0x00000000410fd4f1",
        f"{SYS_CPU}/cpu0/topology/physical_package_id": "-1",
        f"{SYS_CPU}/cpu0/topology/core_id": "0",
    }
    processor = one(planted(tmp_path, files))
    assert (processor.implementer, processor.part) == ("41", "d4f")
    assert (processor.package, processor.isa) == (0, ("asimd", "sve"))


def test_a_processor_that_is_offline_is_not_counted_in_a_bare_tree(tmp_path: Path) -> None:
    files = {
        f"{SYS_CPU}/cpu0/topology/core_id": "0",
        f"{SYS_CPU}/cpu1/online": "0",
        f"{SYS_CPU}/cpu1/uevent": "",
    }
    assert one(planted(tmp_path, files)).threads == 1


def test_cores_are_unknown_rather_than_threads_where_nothing_tells(tmp_path: Path) -> None:
    text = "processor : 0\nCPU implementer : 0x41\n\nprocessor : 1\nCPU implementer : 0x41\n"
    processor = one(planted(tmp_path, {"proc/cpuinfo": text}))
    assert (processor.cores, processor.threads) == (None, 2)


def test_an_empty_tree_has_no_processor(tmp_path: Path) -> None:
    assert cpu.read(Roots(tmp_path, captured=True)) == ()


def test_a_link_to_the_running_systems_cpuinfo_is_not_followed(tmp_path: Path) -> None:
    roots = linked(tmp_path / "tree", {"proc/cpuinfo": "/proc/cpuinfo"})
    assert cpu.read(roots) == ()
    roots = linked(tmp_path / "tree", {"proc/cpuinfo": "../" * 40 + "proc/cpuinfo"})
    assert cpu.read(roots) == ()


def test_the_running_machine_is_read_as_the_kernel_lists_it() -> None:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    processors = cpu.read(Roots())
    assert {item.model for item in processors if item.model} == names
    listed = sum(line.startswith("processor") for line in lines)
    assert sum(item.threads for item in processors) >= listed > 0
    assert {item.architecture for item in processors} == {platform.machine()}
