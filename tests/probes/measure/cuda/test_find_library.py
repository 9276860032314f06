"""The libraries come from the wheel or from where a system keeps them, and fit the driver."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from gauger_probes.measure.backends.cuda.backend import CudaBackend
from gauger_probes.measure.backends.cuda.find_library import (
    Found,
    find_cublaslt,
    find_driver,
    installed,
)
from gauger_probes.measure.backends.protocol import Direction, Precision, Shape
from gauger_probes.roots import Roots
from support.cuda_stand_in import Machine
from support.loader_cache import loader_cache

NEWEST, OLDER, OLDEST = 13000, 12090, 11080


def put(root: Path, *paths: str) -> Roots:
    """Return a root with these files, empty."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return Roots(root)


def none(distribution: str) -> list[Path]:
    """Stand for a Python without wheels."""
    return []


@pytest.mark.parametrize(
    "path",
    [
        f"usr/lib/{sysconfig.get_config_var('MULTIARCH')}/libcuda.so.1",
        "usr/lib64/libcuda.so.1",
        "usr/lib/wsl/lib/libcuda.so.1",
        "usr/local/nvidia/lib64/libcuda.so.1",
        "run/opengl-driver/lib/libcuda.so.1",
    ],
)
def test_a_driver_is_found_where_systems_keep_it(tmp_path: Path, path: str) -> None:
    assert find_driver(put(tmp_path, path)) == tmp_path / path


def test_the_loader_s_cache_comes_before_folders(tmp_path: Path) -> None:
    roots = put(tmp_path, "opt/driver/libcuda.so.1", "usr/lib64/libcuda.so.1", "etc/ld.so.cache")
    (tmp_path / "etc/ld.so.cache").write_bytes(
        loader_cache(("libcuda.so.1", "/opt/driver/libcuda.so.1"))
    )
    assert find_driver(roots) == tmp_path / "opt/driver/libcuda.so.1"


def test_a_link_is_named_by_its_real_path_and_followed_inside_the_root_only(tmp_path: Path) -> None:
    roots = put(tmp_path, "usr/lib64/libcuda.so.580.65.06")
    link = tmp_path / "usr/lib64/libcuda.so.1"
    link.symlink_to("/usr/lib64/libcuda.so.580.65.06")
    assert find_driver(roots) == tmp_path / "usr/lib64/libcuda.so.580.65.06"
    link.unlink()
    outside = tmp_path.parent / "outside.so"
    outside.touch()
    link.symlink_to(f"../../../{outside.name}")
    with pytest.raises(LookupError):
        find_driver(roots)
    link.unlink()
    link.symlink_to("libcuda.so.1")  # a loop
    with pytest.raises(LookupError):
        find_driver(roots)


def test_no_driver_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"no libcuda\.so\.1 in the loader's cache, /usr/lib"):
        CudaBackend(Roots(tmp_path)).engines()


def test_the_extra_s_wheel_comes_before_what_the_machine_has(tmp_path: Path) -> None:
    roots = put(tmp_path, "usr/local/cuda/lib64/libcublasLt.so.13", "wheel/libcublasLt.so.12")
    wheels = {"nvidia-cublas-cu12": [tmp_path / "wheel/libcublasLt.so.12", tmp_path / "no.h"]}
    found = find_cublaslt(roots, NEWEST, lambda name: wheels.get(name, []))
    assert found == Found(tmp_path / "wheel/libcublasLt.so.12", 12)


def test_the_newest_wheel_that_the_driver_can_run_is_taken(tmp_path: Path) -> None:
    roots = put(tmp_path, "a/libcublasLt.so.13", "b/libcublasLt.so.12")
    wheels = {
        "nvidia-cublas": [tmp_path / "a/libcublasLt.so.13"],
        "nvidia-cublas-cu12": [tmp_path / "b/libcublasLt.so.12"],
    }
    assert find_cublaslt(roots, NEWEST, wheels.__getitem__).major == 13
    assert find_cublaslt(roots, OLDER, wheels.__getitem__).major == 12


def test_a_wheel_whose_file_is_gone_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        find_cublaslt(Roots(tmp_path), NEWEST, lambda _: [tmp_path / "libcublasLt.so.12"])


@pytest.mark.parametrize(
    "path",
    [
        "usr/local/cuda/lib64/libcublasLt.so.13",
        "usr/local/cuda-13.0/lib64/libcublasLt.so.13",
        "usr/local/cuda-12/lib64/libcublasLt.so.12",
        "usr/lib/python3/dist-packages/nvidia/cublas/lib/libcublasLt.so.12",
        "usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib/libcublasLt.so.13",
        "opt/conda/lib/python3.11/site-packages/nvidia/cublas/lib/libcublasLt.so.12",
    ],
)
def test_a_machine_s_toolkit_or_its_pytorch_s_wheels_are_found(tmp_path: Path, path: str) -> None:
    found = find_cublaslt(put(tmp_path, path), NEWEST, none)
    assert found == Found(tmp_path / path, int(path[-2:]))


def test_the_loader_s_cache_knows_of_cublaslt_too(tmp_path: Path) -> None:
    roots = put(tmp_path, "opt/x/libcublasLt.so.12", "etc/ld.so.cache")
    (tmp_path / "etc/ld.so.cache").write_bytes(
        loader_cache(("libcublasLt.so.12", "/opt/x/libcublasLt.so.12"))
    )
    assert find_cublaslt(roots, OLDER, none).path == tmp_path / "opt/x/libcublasLt.so.12"


def test_a_driver_too_old_for_what_is_there_is_told_which_one_is_needed(tmp_path: Path) -> None:
    roots = put(tmp_path, "usr/local/cuda/lib64/libcublasLt.so.13")
    with pytest.raises(
        LookupError,
        match=r"libcublasLt\.so\.13 needs a driver for CUDA 13 \(580 or later\), and this one is"
        r" for 12\.9",
    ):
        find_cublaslt(roots, OLDER, none)
    with pytest.raises(LookupError, match=r"this one is for 11\.8"):
        find_cublaslt(roots, OLDEST, none)


def test_nothing_found_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(LookupError) as problem:
        find_cublaslt(Roots(tmp_path), NEWEST, none)
    for word in ("libcublasLt.so.13", "libcublasLt.so.12", "nvidia-cublas", "/usr/local/cuda*"):
        assert word in str(problem.value)


def test_a_distribution_that_is_not_installed_lists_nothing() -> None:
    assert installed("no-such-distribution-of-gauger-s") == []
    assert any(path.name == "__init__.py" for path in installed("numpy"))


def test_looking_imports_none_of_the_wheels() -> None:
    code = (
        "import sys; from gauger_probes.measure.backends.cuda.find_library import *;"
        "from gauger_probes.roots import Roots\n"
        "try: find_cublaslt(Roots(), 13000)\nexcept LookupError: pass\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('nvidia', 'torch')]"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=60)


def test_without_cublaslt_memory_is_still_measured_and_the_reason_said(
    machine: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "usr/lib64"
    folder.mkdir(parents=True)
    (folder / "libcuda.so.1").hardlink_to(machine.driver)
    (engine,) = CudaBackend(Roots(tmp_path), none).engines()
    copy = engine.copy(Direction.WITHIN, 1000, seed=1)
    copy.run(1)
    copy.check()
    copy.close()
    with pytest.raises(LookupError, match="no libcublasLt"):
        engine.gemm(Precision.FP16, Shape(16, 16, 16), seed=1)
    said = engine.properties()
    assert said["cublasLt"] is None
    assert "no libcublasLt" in str(said["cublasLtProblem"])
    engine.close()


def test_a_driver_too_old_is_said_when_a_product_is_asked_for(
    backend: CudaBackend, machine: Machine
) -> None:
    machine.tell(driver=12080)
    (engine,) = backend.engines()
    with pytest.raises(LookupError, match="needs a driver for CUDA 13"):
        engine.gemm(Precision.FP16, Shape(16, 16, 16), seed=1)
    engine.close()
