"""Searches: every precision finds the best through our calls, and what is wrong is found."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from gauger_probes.measure.backends.cuda import cuts, faces
from gauger_probes.measure.backends.cuda.cuts import Cut
from gauger_probes.measure.backends.protocol import (
    DeviceLostError,
    Engine,
    Gallery,
    NotNativeError,
    Precision,
    Work,
)
from gauger_probes.measure.device import searching
from gauger_probes.measure.device.measuring import Bench
from gauger_probes.measure.errors import WrongResultError
from support.cuda_stand_in import Machine

SEARCHED = (Precision.FP32, Precision.FP16, Precision.BF16, Precision.INT8)
#: Short templates, so that the stand-in's loops end soon.
DIMENSIONS = 32
GALLERY = Gallery(5000, 3, DIMENSIONS)

#: Opens the machine's only device.
Opening = Callable[[], Engine]

CHILD = """
import sys
from pathlib import Path
from gauger_probes.measure.backends.cuda.backend import CudaBackend
from gauger_probes.measure.backends.protocol import Gallery, Precision
from gauger_probes.roots import Roots
(engine,) = CudaBackend(Roots(Path(sys.argv[1])), lambda _: []).engines()
engine.search(Precision.FP16, Gallery(300, 1, 32), 1)
"""


def found(work: Work) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], ...]:
    """Return the indices of every query."""
    answers = [work._answer(query) for query in range(work._gallery.batch)]  # type: ignore[attr-defined]
    return tuple(each.indices for each in answers)


@pytest.mark.parametrize("precision", SEARCHED)
@pytest.mark.parametrize("batch", [1, 3, 40])
def test_every_precision_finds_the_best(
    engine: Engine, machine: Machine, precision: Precision, batch: int
) -> None:
    work = engine.search(precision, Gallery(5000, batch, DIMENSIONS), seed=7)
    work.check()
    assert work.run(2) > 0
    work.check()
    work.close()
    assert machine.refused() == []


@pytest.mark.parametrize("precision", SEARCHED)
@pytest.mark.parametrize("size", [1, 4, 9, 10, 11, 256, 4096, 4097])
def test_a_gallery_of_any_size_is_searched(
    engine: Engine, machine: Machine, precision: Precision, size: int
) -> None:
    work = engine.search(precision, Gallery(size, 2, DIMENSIONS), seed=7)
    work.check()
    work.close()
    assert machine.refused() == []


@pytest.mark.parametrize("k", [1, 32])
def test_lists_of_any_length_that_is_allowed_are_found(engine: Engine, k: int) -> None:
    work = engine.search(Precision.FP32, Gallery(9000, 2, DIMENSIONS, k), seed=7)
    work.check()
    work.close()


def few_rows(monkeypatch: pytest.MonkeyPatch, rows: int, batch: int) -> None:
    """Have chunks of so many templates at most."""
    monkeypatch.setattr(cuts, "_MOST_BYTES", rows * 4 * max(batch, 32))


@pytest.mark.parametrize("precision", SEARCHED)
@pytest.mark.parametrize("batch", [1, 3])
def test_a_gallery_in_chunks_is_searched_as_one(
    engine: Engine,
    machine: Machine,
    precision: Precision,
    batch: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gallery = Gallery(5000, batch, DIMENSIONS)
    whole = engine.search(precision, gallery, seed=7)
    few_rows(monkeypatch, 1024, batch)
    monkeypatch.setattr(faces, "BLOCK", 5000)
    work = engine.search(precision, gallery, seed=7)
    assert ", 5 times;" in work.method
    work.check()
    assert work.method != whole.method
    work.close()
    whole.close()
    assert machine.refused() == []


def test_more_lists_than_one_block_takes_are_merged_in_two_steps(
    engine: Engine, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_rows(monkeypatch, 256, 1)
    work = engine.search(Precision.FP32, Gallery(40_000, 1, 4, k=32), seed=7)
    before = machine.calls().count("cuLaunchKernel")
    work.run(1)
    # 157 chunks, of which 157 × 32 candidates are two segments.
    assert machine.calls().count("cuLaunchKernel") - before == 157 + 2
    work.check()
    work.close()


@pytest.mark.parametrize("precision", SEARCHED)
def test_templates_that_repeat_are_found_under_one_of_their_indices_each(
    engine: Engine, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "BLOCK", 100)
    work = engine.search(precision, GALLERY, seed=7)
    assert "standard-normal templates, 100 of them repeated;" in work.method
    work.check()
    for indices in found(work):
        # Fifty copies of the best one leave no place for another.
        assert len(np.unique(indices)) == GALLERY.k
        assert len(np.unique(indices % 100)) == 1
    work.close()


def test_a_search_is_one_product_and_two_launches_and_nothing_in_between(
    engine: Engine, machine: Machine
) -> None:
    work = engine.search(Precision.FP16, GALLERY, seed=7)
    before = len(machine.calls())
    work.run(3)
    during = machine.calls()[before:]
    once = ["cublasLtMatmul", "cuLaunchKernel", "cuLaunchKernel"]
    start = during.index("cublasLtMatmul")
    assert during[start : start + 9] == once * 3
    assert during[start - 1] == during[start + 9] == "cuEventRecord"
    work.close()


def test_the_seconds_are_those_of_products_and_of_the_selection(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(rate__gemm=1e9, rate__within=1e9)
    work = engine.search(Precision.FP32, GALLERY, seed=7)
    rows, candidates = 5120, 2 * GALLERY.k
    product = 2 * rows * GALLERY.batch * DIMENSIONS / 1e9
    selection = (GALLERY.size + candidates) * GALLERY.batch * 4 / 1e9
    assert work.run(2) == pytest.approx(2 * (product + selection), rel=1e-5)
    work.close()


def test_the_method_says_what_is_run(engine: Engine, machine: Machine) -> None:
    machine.tell(version=120903)
    work = engine.search(Precision.FP16, GALLERY, seed=7)
    assert work.method == (
        "cuBLASLt 12.9.3 (libcublasLt.so.13); TN, 5120 × 3 × 32, fp16 to fp32, fp32 accumulation,"
        " 1 times; computed as HMMA ACCUMULATOR_32F INPUT_16F; fastest of 15 algorithms tried;"
        " best 10 of each 4096 scores selected and merged on the device by our own kernel;"
        " standard-normal templates; back to back; time between events of the CUDA driver"
    )
    work.close()


def test_one_query_is_also_tried_as_the_first_operand_but_of_int8(
    engine: Engine, machine: Machine
) -> None:
    gallery = Gallery(600, 1, DIMENSIONS)
    floating = engine.search(Precision.FP32, gallery, seed=7)
    whole = engine.search(Precision.INT8, gallery, seed=7)
    assert "fastest of 20 algorithms tried" in floating.method
    assert "fastest of 15 algorithms tried" in whole.method
    floating.close()
    whole.close()
    assert machine.refused() == []


def test_queries_are_padded_where_the_library_does_not_take_so_few(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(fewest=17)
    work = engine.search(Precision.INT8, Gallery(600, 1, DIMENSIONS), seed=7)
    assert "TN, 768 × 24 × 32, int8 to int32" in work.method
    work.check()
    work.close()


def test_what_fits_the_cache_is_overwritten_there_before_each_search(
    opening: Opening, machine: Machine
) -> None:
    machine.tell_devices({"l2": 1 << 20})
    work = opening().search(Precision.FP16, GALLERY, seed=7)
    assert "L2 cache overwritten before each repetition" in work.method
    before = machine.calls().count("cuMemsetD8Async")
    work.run(5)
    assert machine.calls().count("cuMemsetD8Async") - before == 5
    work.check()
    work.close()


@pytest.mark.parametrize("select", ["never", "half", "shifted"])
@pytest.mark.parametrize("precision", SEARCHED)
def test_a_selection_that_is_wrong_is_found(
    engine: Engine, machine: Machine, precision: Precision, select: str
) -> None:
    machine.tell(select=select)
    work = engine.search(precision, GALLERY, seed=7)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


@pytest.mark.parametrize("wrong", ["block", "never"])
@pytest.mark.parametrize("precision", SEARCHED)
def test_scores_that_are_wrong_are_found(
    engine: Engine, machine: Machine, precision: Precision, wrong: str
) -> None:
    machine.tell(wrong=wrong)
    work = engine.search(precision, Gallery(600, 16, DIMENSIONS), seed=7)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


def test_the_answers_of_an_earlier_search_are_not_taken_for_those_of_this_one(
    engine: Engine, machine: Machine
) -> None:
    engine.search(Precision.FP32, GALLERY, seed=7).close()
    machine.tell(select="never")
    work = engine.search(Precision.FP32, GALLERY, seed=7)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


def test_precisions_that_are_not_searched_are_refused(engine: Engine) -> None:
    for precision in set(Precision) - set(SEARCHED):
        with pytest.raises(NotNativeError, match=f"no templates of {precision}"):
            engine.search(precision, GALLERY, seed=7)


def test_a_device_without_the_precision_does_not_search_in_it(
    opening: Opening, machine: Machine
) -> None:
    machine.tell_devices({"major": 7, "minor": 0})
    engine = opening()
    for precision in (Precision.BF16, Precision.INT8):
        with pytest.raises(NotNativeError, match=rf"7\.0 has no {precision}"):
            engine.search(precision, GALLERY, seed=7)
    assert "cuModuleLoadData" not in machine.calls()


@pytest.mark.parametrize(
    ("gallery", "why"),
    [(Gallery(10, 1, DIMENSIONS, 33), "best 32, not 33"), (Gallery(10, 65_536, 4), "65535 quer")],
)
def test_more_than_the_kernel_takes_is_refused(engine: Engine, gallery: Gallery, why: str) -> None:
    with pytest.raises(NotNativeError, match=why):
        engine.search(Precision.FP32, gallery, seed=7)


@pytest.mark.parametrize(
    "gallery",
    [Gallery(0, 1), Gallery(10, 0), Gallery(10, 1, 0), Gallery(10, 1, k=0), Gallery(10, 1, 30)],
)
def test_a_search_of_nothing_or_of_odd_int8_templates_is_our_mistake(
    engine: Engine, gallery: Gallery
) -> None:
    with pytest.raises(ValueError, match=r"no search|no multiple of 4"):
        engine.search(Precision.INT8, gallery, seed=7)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (200, "CUDA error 200"),
        (209, "CUDA_ERROR_NO_BINARY_FOR_GPU"),
        (218, "CUDA_ERROR_INVALID_PTX"),
        (221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"),
        (222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
        (223, "CUDA_ERROR_JIT_COMPILATION_DISABLED"),
    ],
)
def test_a_driver_that_cannot_compile_the_kernel_says_why_and_still_multiplies(
    engine: Engine, machine: Machine, code: int, name: str
) -> None:
    machine.tell(fail__cuModuleLoadData=code)
    why = f"cannot compile the kernel that selects the best: cuModuleLoadData: {name}"
    with pytest.raises(NotNativeError, match=why):
        engine.search(Precision.FP16, GALLERY, seed=7)
    machine.tell()
    work = engine.search(Precision.FP16, GALLERY, seed=7)
    work.check()
    work.close()


@pytest.mark.parametrize("call", ["cuModuleLoadData", "cuModuleGetFunction", "cuLaunchKernel"])
@pytest.mark.parametrize(("code", "kind"), [(2, MemoryError), (719, DeviceLostError)])
def test_no_room_and_a_lost_device_cost_the_search_and_leave_nothing_behind(
    engine: Engine, machine: Machine, call: str, code: int, kind: type[Exception]
) -> None:
    machine.tell(**{f"fail__{call}": code})
    with pytest.raises(kind, match=call):
        engine.search(Precision.FP16, GALLERY, seed=7)
    engine.close()
    if kind is DeviceLostError:
        machine.reset()


def test_a_device_lost_while_it_searches_can_still_be_closed(
    engine: Engine, machine: Machine
) -> None:
    work = engine.search(Precision.FP16, GALLERY, seed=7)
    machine.tell(fail__cuEventSynchronize=700)
    with pytest.raises(DeviceLostError, match="ILLEGAL_ADDRESS"):
        work.run(1)
    work.close()
    engine.close()
    machine.reset()


def test_a_gallery_for_which_there_is_no_room_is_a_memory_error(
    opening: Opening, machine: Machine
) -> None:
    machine.tell_devices({"memory": 40 << 20})
    engine = opening()
    with pytest.raises(MemoryError):
        engine.search(Precision.FP32, Gallery(400_000, 1, DIMENSIONS), seed=7)
    work = engine.search(Precision.FP32, Gallery(300, 1, DIMENSIONS), seed=7)
    work.check()
    work.close()


def test_a_launch_that_hangs_is_killed_from_outside(machine: Machine) -> None:
    machine.tell(hang__cuLaunchKernel=1)
    command = [sys.executable, "-I", "-c", CHILD, str(machine.root)]
    stuck = subprocess.Popen(command)
    deadline_s = time.monotonic() + 60
    while "cuLaunchKernel" not in machine.calls() and time.monotonic() < deadline_s:
        time.sleep(0.05)
    with pytest.raises(subprocess.TimeoutExpired):
        stuck.wait(timeout=1)
    stuck.kill()
    stuck.wait(timeout=10)
    assert machine.calls()[-1] == "cuLaunchKernel"


def test_the_kernel_is_compiled_once_for_a_device(engine: Engine, machine: Machine) -> None:
    for precision in SEARCHED:
        engine.search(precision, Gallery(300, 1, DIMENSIONS), seed=7).close()
    assert machine.calls().count("cuModuleLoadData") == 1
    engine.close()
    assert machine.calls().count("cuModuleUnload") == 1


def test_a_search_is_measured_through_the_device_s_own_job(
    engine: Engine, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.tell(rate__gemm=1e9, rate__within=1e12)
    monkeypatch.setattr(searching, "_FIRST", 4096)
    monkeypatch.setattr(searching, "_MOST", 4096)
    monkeypatch.setattr(searching, "BATCHES", (1, 2))
    measured = searching.search(engine, Precision.INT8, 4.0, Bench(now=count(0, 0.3).__next__))
    assert (measured.quantity, measured.precision) == ("gallerySearch", "int8")
    # As many comparisons a second as products of 512 numbers.
    assert measured.median == pytest.approx(1e9 / (2 * 512), rel=0.01)
    assert measured.conditions["k"] == 10
    assert measured.method.startswith("cuBLASLt 13.0.0 ")
    assert machine.refused() == []


@pytest.mark.parametrize(
    ("size", "batch", "l2_bytes", "expected"),
    [
        # 256 MiB hold the scores of 1,048,576 templates for 64 queries; half of 50 MB of 97,536.
        (1_000_000, 64, 50_000_000, [Cut(1_000_192, 1), Cut(90_880 + 256, 11)]),
        (1_000_000, 1, 50_000_000, [Cut(1_000_192, 1)]),
        # A small cache is not followed below 32,768 templates.
        (100_000, 64, 4_000_000, [Cut(100_096, 1), Cut(25_088, 4)]),
        (3_000_000, 64, 1 << 40, [Cut(1_000_192, 3)]),
        (10, 1, 50_000_000, [Cut(256, 1)]),
    ],
)
def test_galleries_are_cut_as_room_and_cache_allow(
    size: int, batch: int, l2_bytes: int, expected: list[Cut]
) -> None:
    found = cuts.cuts(size, batch, max(batch, 32), l2_bytes)
    assert list(found) == expected
    for cut in found:
        assert cut.rows % 256 == 0
        assert sum(cut.held(chunk, size) for chunk in range(cut.count)) == size
        assert min(cut.held(chunk, size) for chunk in range(cut.count)) > 0
