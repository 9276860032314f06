"""That kernels which PoCL cannot run here are at least good OpenCL C, by clang's front end.

PoCL 3 has neither cl_khr_fp16 on processors nor cl_khr_integer_dot_product.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources

import pytest

from gauger_probes.measure.backends.opencl.codes import DeviceType
from gauger_probes.measure.backends.opencl.devices import Device, find_devices
from gauger_probes.measure.backends.opencl.formats import Format, multiplied
from gauger_probes.measure.backends.opencl.templates import templates
from gauger_probes.measure.backends.opencl.tiles import tiles, vector_length
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.roots import Roots
from support.opencl_stand_in import StandIn

pytestmark = pytest.mark.system

STRICT = ("-Wall", "-Werror", "-fsyntax-only", "-Xclang", "-finclude-default-header")


@pytest.fixture
def clang() -> str:
    found = [path for name in ("clang", "clang-15") if (path := shutil.which(name))]
    if not found:
        pytest.skip("no clang (pocl-opencl-icd brings clang-15)")
    return found[0]


@pytest.fixture(params=[DeviceType.CPU, DeviceType.GPU], ids=lambda kind: kind.name)
def device(request: pytest.FixtureRequest, stand_in: StandIn, roots: Roots) -> Device:
    card = find_devices(stand_in.library, roots).devices[0]
    return replace(card, kind=request.param, vector_bytes=64, dot_accelerated=True)


def compile_with(
    clang: str, sources: tuple[str, ...], settings: Mapping[str, str | int], options: str
) -> None:
    folder = resources.files("gauger_probes.measure.backends.opencl")
    paths = [str(folder / name) for name in sources]
    included = [part for path in paths for part in ("-include", path)]
    macros = [f"-D{name}={value}" for name, value in settings.items()]
    standard = options or "-cl-std=CL1.2"
    command = [clang, "-x", "cl", "-target", "spir64", standard, *STRICT, *macros, *included]
    done = subprocess.run(
        [*command, os.devnull], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("precision", [Precision.FP16, Precision.INT8])
def test_products_that_pocl_cannot_run_compile(
    clang: str, device: Device, precision: Precision
) -> None:
    form: Format = multiplied(precision, device)
    vector = vector_length(device, form.element_bytes)
    for tile in tiles(device, form.element_bytes):
        settings = {**form.settings, **tile.settings(vector)}
        compile_with(clang, ("vectors.cl", "multiply.cl"), settings, form.options)


@pytest.mark.parametrize("width", [2, 4, 8, 16])
def test_searches_with_dot_products_compile(clang: str, device: Device, width: int) -> None:
    form = templates(Precision.INT8, device)
    assert "DOT" in form.settings
    settings = {**form.settings, "V": width, "LANES": 16, "QUERIES": 4, "STEPS": 128, "K": 10}
    compile_with(clang, ("vectors.cl", "best.cl", "scan.cl"), settings, form.options)
