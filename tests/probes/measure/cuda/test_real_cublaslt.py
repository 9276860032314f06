"""NVIDIA's own cuBLASLt, without a device: its header, and what it accepts of our descriptions.

The wheels are 440 and 580 MB, so that this runs in the system tier alone. pip brings them; they are
unpacked into a folder of the test's and gone with it.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gauger_probes.measure.backends.cuda import cublaslt_abi as abi
from gauger_probes.measure.backends.cuda.cublaslt import CublasLt, Handle
from gauger_probes.measure.backends.cuda.cublaslt_abi import DescAttribute
from gauger_probes.measure.backends.cuda.described import Product
from gauger_probes.measure.backends.cuda.formats import FORMATS
from gauger_probes.measure.backends.cuda.search_formats import SEARCHED
from gauger_probes.measure.backends.protocol import DeviceLostError, Precision, Shape
from support.cuda_abi import CUBLASLT_NUMBERS, asserted, compiles, declared, shape
from support.cuda_stand_in import compile_library

pytestmark = pytest.mark.system

#: For each CUDA: the wheel of cuBLAS, that of cuda.h, and where the first has its library.
WHEELS = {
    12: ("nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "libcublasLt.so.12"),
    13: ("nvidia-cublas", "nvidia-cuda-runtime", "libcublasLt.so.13"),
}
#: What those headers include besides.
_MORE = ("nvidia-cuda-crt", "nvidia-cuda-cccl")
SHAPE = Shape(32, 48, 64)


@dataclass(frozen=True)
class Real:
    """The folders of NVIDIA's headers, and its library."""

    includes: tuple[Path, ...]
    header: Path
    library: Path


@pytest.fixture(scope="module", params=sorted(WHEELS))
def real(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Real]:
    """Return NVIDIA's own files for one CUDA."""
    cublas, runtime, soname = WHEELS[request.param]
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--dest", str(folder), cublas, runtime, *_MORE]
    subprocess.run(command, check=True, timeout=900)
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if "/include/" in name or name.endswith(soname):
                    archive.extract(name, folder / "unpacked")
        wheel.unlink()
    (header,) = folder.rglob("cublasLt.h")
    (library,) = folder.rglob(soname)
    crt = next(folder.rglob("crt/host_defines.h")).parents[1]
    cccl = next(path for path in folder.rglob("nv/target")).parents[1]
    cuda_h = next(folder.rglob("cuda.h")).parent
    yield Real((header.parent, cuda_h, crt, cccl), header, library)
    shutil.rmtree(folder)


def test_the_stand_in_compiles_against_nvidia_s_own_header(real: Real, tmp_path: Path) -> None:
    target = tmp_path / "libcublasLt.so.13"
    compile_library("libcublaslt.c", target, *real.includes, defines=("CUBLASLT_HEADER",))
    assert target.exists()


def test_every_number_of_the_bindings_is_that_of_nvidia_s_header(real: Real) -> None:
    source = asserted("#include <cublasLt.h>", CUBLASLT_NUMBERS)
    assert compiles(source, *real.includes) == ""


@pytest.mark.parametrize("call", [pytest.param(each, id=each.symbol) for each in abi.CALLS])
def test_every_call_has_the_arguments_of_nvidia_s_header(real: Real, call: Any) -> None:
    text = real.header.read_text("utf-8")
    assert [shape(each) for each in call.arguments] == declared(text, call.symbol)


def described(real: Real) -> list[Product]:
    """Return every product that the backend ever describes, told to the real library."""
    stand_in: Any = SimpleNamespace(library=CublasLt(real.library), value=None)
    return [
        Product(stand_in, form, layout, SHAPE)
        for form in (*FORMATS.values(), *SEARCHED.values())
        for layout in form.layouts
    ]


def test_the_real_library_accepts_every_description_without_a_device(real: Real) -> None:
    products = described(real)
    assert len(products) == 16
    for product in products:
        product.point_scales(4096)
        # It gets as far as the missing device, having read the description and the preference.
        with pytest.raises(DeviceLostError, match=r"GetHeuristic: CUBLAS_STATUS_NOT_INIT.* \(1\)"):
            product.proposals()
        product.close()


def test_the_real_library_refuses_an_attribute_of_another_size(real: Real) -> None:
    product = described(real)[0]
    with pytest.raises(RuntimeError, match=r"SetAttribute: CUBLAS_STATUS_INVALID_VALUE \(7\)"):
        product._set(DescAttribute.TRANSA, ctypes.c_void_p(1))


def test_the_real_library_says_that_there_is_no_device(real: Real) -> None:
    with pytest.raises(DeviceLostError, match=r"cublasLtCreate: CUBLAS_STATUS_NOT_INIT.* \(1\)"):
        Handle(CublasLt(real.library))


def test_the_real_library_s_version_is_that_of_its_wheel(real: Real) -> None:
    version = CublasLt(real.library).version
    assert version.startswith(real.library.name[-2:] + ".")
    assert Precision.FP16 in FORMATS
