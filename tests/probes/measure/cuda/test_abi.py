"""Symbols, numbers and layouts of the bindings are those of NVIDIA's header, or of our own.

For cuBLASLt that is our own short declaration; that it agrees with NVIDIA's header is shown by
``test_real_cublaslt.py``, which needs a wheel of 440 MB.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

import pytest

from gauger_probes.measure.backends.cuda import cublaslt_abi, driver_abi
from gauger_probes.measure.backends.cuda.native import Call
from support.cuda_abi import (
    CUBLASLT_NUMBERS,
    DRIVER_NUMBERS,
    asserted,
    compiles,
    declared,
    shape,
)
from support.cuda_stand_in import SOURCES, Machine, headers


def symbols(calls: tuple[Call, ...]) -> list[Any]:
    """Return ``calls`` as parameters named after their symbols."""
    return [pytest.param(call, id=call.symbol) for call in calls]


@pytest.fixture(scope="session")
def cuda_h(built: Machine) -> str:
    """Return NVIDIA's cuda.h."""
    folder = headers()
    assert folder is not None
    return (folder / "cuda.h").read_text("utf-8")


def test_the_numbers_of_the_driver_are_those_of_cuda_h(built: Machine) -> None:
    folder = headers()
    assert folder is not None
    assert compiles(asserted("#include <cuda.h>", DRIVER_NUMBERS), folder) == ""


def test_the_numbers_of_cublaslt_are_those_declared(built: Machine) -> None:
    folder = headers()
    assert folder is not None
    there = (SOURCES / "cublaslt_declared.h").read_text()
    numbers = {
        name: number
        for name, number in CUBLASLT_NUMBERS.items()
        # Flags that no stand-in answers with are declared by NVIDIA's header alone.
        if not name.startswith("CUBLASLT_NUMERICAL") or f"{name} " in there
    }
    assert len(numbers) > 35
    include = '#include "cublaslt_declared.h"'
    assert compiles(asserted(include, numbers), folder, SOURCES) == ""


def test_a_wrong_number_would_be_noticed(built: Machine) -> None:
    folder = headers()
    assert folder is not None
    wrong = {"CUDA_ERROR_NO_DEVICE": 101}
    assert "static assertion failed" in compiles(asserted("#include <cuda.h>", wrong), folder)


@pytest.mark.parametrize("call", symbols(driver_abi.CALLS))
def test_a_call_of_the_driver_has_the_arguments_of_cuda_h(call: Call, cuda_h: str) -> None:
    assert [shape(each) for each in call.arguments] == declared(cuda_h, call.symbol)


@pytest.mark.parametrize("call", symbols(driver_abi.CALLS))
def test_a_call_of_the_driver_has_the_version_that_cuda_h_maps_it_to(
    call: Call, cuda_h: str
) -> None:
    name = call.symbol.removesuffix("_v2")
    mapped = re.search(rf"#\s*define {name}\s+(?:__CUDA_API_PT[DS][SZ]\()?(\w+)", cuda_h)
    # Both UUIDs are asked for: where they differ, a partition stands for the device.
    expected = {mapped[1] if mapped else name}
    if name == "cuDeviceGetUuid":
        expected = {"cuDeviceGetUuid", "cuDeviceGetUuid_v2"}
    assert call.symbol in expected


@pytest.mark.parametrize("call", symbols(cublaslt_abi.CALLS))
def test_a_call_of_cublaslt_has_the_arguments_of_the_stand_in(call: Call) -> None:
    text = "".join(path.read_text() for path in sorted(SOURCES.glob("libcublaslt*")))
    assert [shape(each) for each in call.arguments] == declared(text, call.symbol)


def test_the_stand_ins_have_every_function_that_is_bound(built: Machine) -> None:
    for path, calls in ((built.driver, driver_abi.CALLS), (built.cublaslt, cublaslt_abi.CALLS)):
        library = ctypes.CDLL(str(path))
        assert [call.symbol for call in calls if not hasattr(library, call.symbol)] == []
