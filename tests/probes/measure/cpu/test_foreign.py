"""oneMKL and oneDNN are called as their headers say: against a stand-in that checks arguments."""

from __future__ import annotations

import ctypes
import shutil

import numpy as np
import pytest

from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.cpu.mkl import Mkl
from gauger_probes.measure.backends.cpu.onednn import OneDnn
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from support.stand_in_mkl import compiled

#: No two sides alike, so that no dimension can stand in for another.
_SHAPE = Shape(40, 24, 33)

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="it is compiled here")


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compiled(tmp_path_factory.mktemp("stand-in"))


@pytest.fixture(params=["mkl", "onednn"])
def library(request: pytest.FixtureRequest, stand_in: ctypes.CDLL) -> Library:
    return Mkl(Bench(), stand_in) if request.param == "mkl" else OneDnn(Bench(), stand_in)


@pytest.mark.parametrize(
    ("kind", "precision"),
    [
        ("mkl", Precision.FP64),
        ("mkl", Precision.FP32),
        ("mkl", Precision.BF16),
        ("mkl", Precision.FP16),
        ("mkl", Precision.INT8),
        ("onednn", Precision.FP32),
        ("onednn", Precision.INT8),
    ],
)
def test_a_product_of_unlike_sides_is_right_in_every_precision(
    stand_in: ctypes.CDLL, kind: str, precision: Precision
) -> None:
    bench = Bench()
    library: Library = Mkl(bench, stand_in) if kind == "mkl" else OneDnn(bench, stand_in)
    work = library.gemm(precision, _SHAPE, seed=9)
    assert work.run(1) > 0
    work.check()
    assert work.method.startswith(("oneMKL cblas_", "oneDNN dnnl_"))


def test_a_product_that_was_never_computed_is_noticed(library: Library) -> None:
    for precision in (Precision.FP32, Precision.INT8):
        with pytest.raises(WrongResultError):
            library.gemm(precision, _SHAPE, seed=9).check()


def test_what_a_library_says_of_itself_is_cleaned_and_bounded(stand_in: ctypes.CDLL) -> None:
    mkl, onednn = Mkl(Bench(), stand_in), OneDnn(Bench(), stand_in)
    assert mkl.properties() == {"version": "stand-in\\x1b[31m of oneMKL"}
    assert mkl.threads == 3
    assert onednn.properties() == {"version": "3.5.3"}
    assert onednn.threads == len(Bench().cpus)


def test_a_refusal_of_onednn_is_an_error_and_no_speed(stand_in: ctypes.CDLL) -> None:
    work = OneDnn(Bench(), stand_in).gemm(Precision.FP32, Shape(13, 16, 16), seed=1)
    with pytest.raises(WrongResultError, match="dnnl_status_t 2"):
        work.run(1)


def test_precisions_without_a_plain_function_are_left_to_others(stand_in: ctypes.CDLL) -> None:
    for precision in (Precision.FP64, Precision.BF16, Precision.FP16):
        with pytest.raises(NotNativeError, match=precision):
            OneDnn(Bench(), stand_in).gemm(precision, _SHAPE, seed=1)


def test_an_older_onemkl_lacks_the_functions_that_it_lacks() -> None:
    with pytest.raises(NotNativeError, match="no cblas_gemm_f16f16f32"):
        Mkl(Bench(), ctypes.CDLL("libc.so.6")).gemm(Precision.FP16, _SHAPE, seed=1)


def test_a_product_takes_the_bytes_of_its_three_matrices(library: Library) -> None:
    drawn = np.empty((40, 33), np.uint8).nbytes + np.empty((33, 24), np.int8).nbytes
    assert library.room_bytes(Precision.INT8, _SHAPE) == drawn + 4 * 40 * 24
