"""Where the loader is looked for, and that nothing native is loaded before it is asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gauger_probes.measure.backends.opencl import codes, library
from gauger_probes.measure.backends.opencl.codes import Status
from gauger_probes.measure.backends.opencl.failures import OpenClError, failure
from gauger_probes.measure.backends.protocol import DeviceLostError
from gauger_probes.roots import Roots
from support.opencl_stand_in import StandIn

_IMPORT_ALL = """
import pkgutil, importlib
from gauger_probes.measure.backends import opencl
for module in pkgutil.iter_modules(opencl.__path__, opencl.__name__ + "."):
    importlib.import_module(module.name)
print("libOpenCL" in open("/proc/self/maps").read())
"""


def test_importing_the_backend_loads_nothing_native() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL], check=True, capture_output=True, text=True, timeout=60
    )
    assert answer.stdout == "False\n"


def test_the_loader_is_found_where_rocm_puts_it(roots: Roots) -> None:
    folder = roots.root / "opt/rocm/lib"
    folder.mkdir(parents=True)
    (folder / library.SONAME).write_bytes(b"")
    assert library.find(roots) == folder / library.SONAME


def test_a_link_out_of_the_root_is_not_followed(roots: Roots, stand_in: StandIn) -> None:
    folder = roots.root / "usr/lib"
    folder.mkdir(parents=True)
    (folder / library.SONAME).symlink_to(stand_in.path)
    with pytest.raises(LookupError):
        library.find(roots)


def test_a_loader_that_is_nowhere_is_a_lookup_error_that_says_where_it_was_sought(
    roots: Roots,
) -> None:
    with pytest.raises(LookupError, match=r"libOpenCL\.so\.1 in /etc/ld\.so\.cache, /usr/lib"):
        library.load(roots)


def test_a_loader_that_is_none_is_a_lookup_error_with_the_reason(roots: Roots) -> None:
    folder = roots.root / "usr/lib"
    folder.mkdir(parents=True)
    (folder / library.SONAME).write_bytes(b"not a library")
    with pytest.raises(LookupError, match=r"cannot be used: .*(header|short)"):
        library.load(roots)


def test_a_loader_that_lacks_functions_is_a_lookup_error(roots: Roots, tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: cc is not installed")
    folder = roots.root / "usr/lib"
    folder.mkdir(parents=True)
    source = tmp_path / "old.c"
    source.write_text("int clGetPlatformIDs(void) { return 0; }\n")
    target = os.fspath(folder / library.SONAME)
    subprocess.run([compiler, "-shared", "-o", target, os.fspath(source)], check=True, timeout=60)
    with pytest.raises(LookupError, match="undefined symbol"):
        library.load(roots)


@pytest.mark.parametrize(
    ("function", "status", "kind"),
    [
        ("clCreateBuffer", Status.MEM_OBJECT_ALLOCATION_FAILURE, MemoryError),
        ("clCreateBuffer", Status.INVALID_BUFFER_SIZE, MemoryError),
        ("clCreateBuffer", Status.OUT_OF_RESOURCES, MemoryError),
        ("clEnqueueNDRangeKernel", Status.MEM_OBJECT_ALLOCATION_FAILURE, MemoryError),
        ("clEnqueueNDRangeKernel", Status.OUT_OF_RESOURCES, OpenClError),
        ("clFinish", Status.OUT_OF_RESOURCES, DeviceLostError),
        ("clFinish", Status.INVALID_COMMAND_QUEUE, DeviceLostError),
        ("clCreateContext", Status.DEVICE_NOT_AVAILABLE, DeviceLostError),
        ("clEnqueueReadBuffer", -9999, OpenClError),
    ],
)
def test_a_status_means_what_its_call_makes_of_it(
    function: str, status: int, kind: type[Exception]
) -> None:
    problem = failure(function, status)
    assert type(problem) is kind
    assert str(int(status)) in str(problem)


def test_every_status_of_our_own_table_has_a_name_in_messages() -> None:
    for status in codes.Status:
        assert f"CL_{status.name}" in str(failure("clBuildProgram", status))
