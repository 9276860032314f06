"""Half precision is searched with a oneMKL, where there is one that does not convert."""

from __future__ import annotations

import ctypes
import json
import re
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.cpu import mkl
from gauger_probes.measure.backends.cpu.units import lacks
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.plan import Window
from gauger_probes.measure.precisions import flags
from gauger_probes.measure.search import half
from gauger_probes.measure.search.check import check
from gauger_probes.measure.search.gallery import filled
from gauger_probes.measure.search.measure import measure
from gauger_probes.measure.search.scorers import FloatScorer, Numbers
from gauger_probes.measure.search.templates import Array, Floats, queries_like
from gauger_probes.result import Part
from gauger_probes.run.process import ENVIRONMENT
from support.kernel_tree import kernel_tree
from support.stand_in_mkl import compiled

_BOTH = pytest.mark.parametrize("precision", [Precision.BF16, Precision.FP16])
#: Bits of the fraction, the hidden one included.
_BITS = {Precision.BF16: 8, Precision.FP16: 11}


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> mkl.Mkl:
    if shutil.which("cc") is None:
        pytest.skip("the stand-in is compiled here")
    return mkl.Mkl(Bench(), compiled(tmp_path_factory.mktemp("stand-in")))


def _searched(numbers: Numbers) -> tuple[Array, Floats]:
    """Search a gallery; return what was asked and the templates that were searched."""
    make = partial(FloatScorer, numbers=numbers)
    with filled(make, 600, [0, 0], np.random.default_rng(7)) as gallery:
        own = np.array([3, 299, 300, 599])
        queries = gallery.queries(queries_like(gallery.rows(own), np.random.default_rng(8)))
        check(gallery, queries, own, gallery.search(queries), np.random.default_rng(9))
        return queries, gallery.rows(np.arange(gallery.size))


@_BOTH
def test_what_is_found_is_exact_for_numbers_that_the_precision_has(
    precision: Precision, stand_in: mkl.Mkl
) -> None:
    numbers = half.numbers(precision, stand_in)
    assert numbers.width == 2
    for taken in _searched(numbers):
        assert taken.dtype == np.float32
        fractions = np.frexp(taken)[0] * 2.0 ** _BITS[precision]
        normal = np.abs(taken) > 2.0**-14
        assert np.array_equal(fractions[normal], np.rint(fractions[normal]))
        assert np.unique(taken).size > 100


@_BOTH
def test_a_library_that_multiplies_wrongly_is_refused(
    precision: Precision, stand_in: mkl.Mkl
) -> None:
    right = half.numbers(precision, stand_in)

    def wrongly(queries: Array, templates: Array, scores: Floats) -> None:
        right.multiply(queries, templates, scores)
        scores *= np.float32(1.001)

    wrong = Numbers(right.method, right.width, right.encode, right.decode, wrongly)
    with pytest.raises(WrongResultError, match="a score is wrong"):
        _searched(wrong)


@_BOTH
def test_one_that_converts_is_found_out_by_its_pace(
    precision: Precision, stand_in: mkl.Mkl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in multiplies one term at a time, far slower than fp32."""
    monkeypatch.setattr(mkl, "library", lambda bench: stand_in)
    with pytest.raises(NotNativeError, match=f"mkl multiplies {precision} at .* of the rate"):
        half.refuse_conversion(precision, 0.2, Bench())


@_BOTH
def test_the_search_says_of_one_that_converts_why_it_is_left_out(
    precision: Precision, stand_in: mkl.Mkl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mkl, "library", lambda bench: stand_in)
    unit = {Precision.BF16: "avx512_bf16", Precision.FP16: "avx512_fp16"}[precision]
    cpuinfo = f"processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: avx2 {unit}\n"
    meminfo = f"MemTotal: {64 * 1024} kB\nMemAvailable: {32 * 1024} kB\n"
    roots = kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo, "proc/meminfo": meminfo})
    found = measure(Window.lasting(time.perf_counter(), 2.0), Bench(roots))
    parts = {item.name: item for item in found if isinstance(item, Part)}
    refused = parts[f"measure.gallerySearch.{precision}"]
    assert refused.status is Status.NOT_RUN
    assert f"mkl multiplies {precision} at" in str(refused.reason)
    assert len([item for item in found if isinstance(item, Measurement)]) == 2


#: What a probe's child does: libraries that it shares a process with must leave it the processors.
_PROGRAM = """
import json, sys, time
import numpy as np
from gauger_probes.evidence.codec import to_json
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.plan import Window
from gauger_probes.measure.search import rate
np.ones((512, 512), np.float32) @ np.ones((512, 512), np.float32)
try:
    window = Window.lasting(time.perf_counter(), 3.0)
    found = to_json(rate.measure(Precision(sys.argv[1]), window, Bench()))
except NotNativeError as problem:
    found = {"refused": str(problem)}
print(json.dumps(found))
"""
_RATE = re.compile(r"mkl multiplies (?:bf16|fp16) at ([0-9.e-]+) of the rate of fp32")


@_BOTH
def test_a_real_onemkl_searches_where_the_processor_has_a_unit(precision: Precision) -> None:
    bench = Bench()
    isa = flags(bench.roots)
    why = lacks(precision, isa)
    if why is not None:
        pytest.skip(why)
    try:
        library = half.stated(half.library(precision, bench))
    except NotNativeError as problem:
        pytest.skip(f"{problem}; the system tier installs it")
    command = [sys.executable, "-c", _PROGRAM, precision.value]
    said = subprocess.run(command, env=dict(ENVIRONMENT), capture_output=True, check=True)
    found = json.loads(said.stdout)
    if "refused" in found:
        rate = _RATE.search(found["refused"])
        assert rate, found
        assert float(rate[1]) > 0.3, "far slower than a conversion: something took the processors"
        assert "amx_bf16" not in isa or precision is not Precision.BF16, "oneMKL has it on AMX"
        return
    assert 0 < found["low"] <= found["median"] <= found["high"]
    assert f"oneMKL {mkl.function_name(precision)}" in found["method"]
    assert found["conditions"]["library"] == library


def test_an_older_onemkl_without_the_function_is_none() -> None:
    with pytest.raises(NotNativeError, match="no cblas_gemm_f16f16f32"):
        half.numbers(Precision.FP16, mkl.Mkl(Bench(), ctypes.CDLL("libc.so.6")))
