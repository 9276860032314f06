"""Processors that are switched off stay in the package, whatever /proc/cpuinfo lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.host import Processor
from gauger_probes.host import cpu
from support.trees import planted

_SYS = "sys/devices/system/cpu"


def _server(tmp_path: Path, packages: int = 1, **files: str) -> tuple[Processor, ...]:
    """Four cores without a second thread in each package, and these files beside them."""
    blocks = [
        f"processor : {4 * package + core}\nphysical id : {package}\ncore id : {core}\n"
        "vendor_id : GenuineIntel\ncpu family : 6\nmodel : 143\nflags : lm avx2\n"
        for package in range(packages)
        for core in range(4)
    ]
    tree = {f"{_SYS}/{name.replace('__', '/')}": text for name, text in files.items()}
    return cpu.read(planted(tmp_path, {"proc/cpuinfo": "\n".join(blocks), **tree}))


def test_cores_that_are_switched_off_leave_their_number_open(tmp_path: Path) -> None:
    (processor,) = _server(tmp_path, present="0-127", online="0-3")
    assert (processor.cores, processor.threads) == (None, 128)


def test_an_offline_processor_may_be_of_any_package(tmp_path: Path) -> None:
    first, second = _server(tmp_path, packages=2, present="0-9", online="0-7")
    assert (first.cores, first.threads) == (None, 6)
    assert (second.cores, second.threads) == (None, 6)


@pytest.mark.parametrize("control", ["off", "forceoff"])
def test_second_threads_that_are_switched_off_are_no_cores(tmp_path: Path, control: str) -> None:
    (processor,) = _server(tmp_path, present="0-7", online="0-3", smt__control=control)
    assert (processor.cores, processor.threads) == (4, 4)


def test_switching_second_threads_off_hides_no_cores_beside_them(tmp_path: Path) -> None:
    (processor,) = _server(tmp_path, present="0-63", online="0-3", smt__control="off")
    assert processor.cores is None


def test_offline_processors_are_cores_while_second_threads_are_on(tmp_path: Path) -> None:
    (processor,) = _server(tmp_path, present="0-7", online="0-3", smt__control="on")
    assert processor.cores is None


@pytest.mark.parametrize(
    ("present", "online"),
    [("0-3", "0-3"), ("0,1-2,3", "0-3"), ("0-3", "0-7"), ("", "0-3"), ("0-9;", "0"), ("9-0", "0")],
)
def test_full_or_garbled_lists_change_nothing(tmp_path: Path, present: str, online: str) -> None:
    (processor,) = _server(tmp_path, present=present, online=online)
    assert (processor.cores, processor.threads) == (4, 4)


def test_the_clock_of_the_moment_is_no_clock_of_the_processor(tmp_path: Path) -> None:
    block = "processor : 0\nvendor_id : GenuineIntel\ncpu MHz : {}\nmodel name : a\nflags : lm\n"
    found = [
        cpu.read(planted(tmp_path / name, {"proc/cpuinfo": block.format(name)}))
        for name in ("800.000", "9999.000")
    ]
    assert found[0] == found[1]
    assert (found[0][0].base_hz, found[0][0].max_hz) == (None, None)
