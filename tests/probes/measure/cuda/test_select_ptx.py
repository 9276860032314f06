"""The PTX that travels is that of its source, and NVIDIA's assembler takes it for every device."""

from __future__ import annotations

import os
import re
import subprocess
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from gauger_probes.measure.backends.cuda.kernel import PARAMETERS, ptx
from support.cuda_abi import shape
from support.select_ptx import SELECT_CU, SELECT_PTX, compiled, missing

#: The wheel that brings NVIDIA's assembler; the release of CUDA 12.9 knows all of these devices.
ASSEMBLER = "nvidia-cuda-nvcc-cu12"
DEVICES = (50, 52, 60, 61, 70, 75, 80, 86, 89, 90, 100, 103, 120, 121)


def skip(lacking: str) -> None:
    """Skip for want of a wheel, but not where all of them are to be installed."""
    if os.environ.get("CI"):
        pytest.fail(lacking)
    pytest.skip(lacking)


@pytest.fixture(scope="module")
def ptxas() -> Path:
    try:
        listed = files(ASSEMBLER) or []
    except PackageNotFoundError:
        listed = []
    found = [Path(str(each.locate())) for each in listed if each.name == "ptxas"]
    if not found:
        skip(f"no ptxas: pip install {ASSEMBLER}")
    return found[0]


def test_the_ptx_is_that_of_its_source() -> None:
    lacking = missing()
    if lacking is not None:
        skip(lacking)
    assert SELECT_PTX.read_bytes() == compiled(SELECT_CU.read_bytes())


def test_a_source_that_does_not_compile_is_said_with_the_compiler_s_words() -> None:
    lacking = missing()
    if lacking is not None:
        skip(lacking)
    with pytest.raises(ValueError, match=r"select\.cu\(1\): error"):
        compiled(b"not a program")


@pytest.mark.parametrize("device", DEVICES)
def test_nvidia_s_assembler_takes_the_ptx(ptxas: Path, device: int, tmp_path: Path) -> None:
    known = subprocess.run([ptxas, "--help"], capture_output=True, text=True, check=True).stdout
    if f"'sm_{device}'" not in known:
        pytest.skip(f"this ptxas does not know sm_{device}")
    command = [str(ptxas), "-v", f"-arch=sm_{device}", "-o", str(tmp_path / "select.cubin")]
    done = subprocess.run([*command, str(SELECT_PTX)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    used = re.search(r"Used (\d+) registers.*?(\d+) bytes smem", done.stderr)
    assert used is not None
    # Four blocks of 256 threads fit 65,536 registers and 64 KiB, what any of these devices has.
    assert int(used[1]) <= 64
    assert int(used[2]) <= 16 * 1024
    assert "0 bytes spill stores, 0 bytes spill loads" in done.stderr


def test_the_ptx_is_of_a_version_and_target_that_every_driver_of_cuda_12_compiles() -> None:
    text = ptx().decode("ascii")
    assert "\n.version 8.0\n.target sm_50\n.address_size 64\n" in text
    assert "\0" not in text


def test_the_parameters_of_the_ptx_are_as_wide_as_those_of_the_bindings() -> None:
    entry = re.search(r"\.entry select_best\((.*?)\)", ptx().decode("ascii"), re.DOTALL)
    assert entry is not None
    bits = re.findall(r"\.param \.u(\d+) ", entry[1])
    assert [int(each) // 8 for each in bits] == [int(shape(each)) for each in PARAMETERS]


def test_the_wheel_brings_the_ptx() -> None:
    builder = WheelBuilder(str(Path(__file__).parents[4]))
    brought = {each.distribution_path for each in builder.recurse_included_files()}
    assert "gauger_probes/measure/backends/cuda/select.ptx" in brought
