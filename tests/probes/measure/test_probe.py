"""The probe as the runner calls it: one real measurement of this machine, in little time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.cpu import mkl
from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.cpu.table import Entry, Shelf
from gauger_probes.measure.backends.protocol import Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.plan import Kind, Plan, plan
from gauger_probes.measure.probe import probe
from gauger_probes.result import Context, Options, Part, Progress, Result
from gauger_probes.roots import Roots
from support.fake_clock import FakeClock
from support.fake_library import FakeLibrary, FakeWork
from support.kernel_tree import kernel_tree


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def found(told: list[Progress]) -> Result:
    return probe(Context(Roots(), Options(budget_s=2.0), told.append))


class _Slow(FakeLibrary):
    """Really takes its time, since the probe reads the real clock."""

    wrong_in: tuple[Precision, ...] = ()

    def gemm(self, precision: Precision, shape: Shape, seed: int) -> FakeWork:
        self.wrong = precision in self.wrong_in
        return super().gemm(precision, shape, seed)


def _probed(
    roots: Roots,
    rate: float,
    wrong: tuple[Precision, ...] = (),
    also: tuple[Precision, ...] = (),
    report: Callable[[Progress], None] = lambda _: None,
) -> Result:
    """Return what the probe finds where the one library takes as long as at ``rate``."""
    slow = _Slow(_RealClock(), lambda shape: shape.operations / rate, "slow")
    slow.wrong_in = wrong
    offered = (Precision.FP32, Precision.FP64, Precision.INT8, *also)
    entry = Entry("slow", "nowhere:library", offered)
    shelf = Shelf(Bench(), (entry,), _opened={"slow": slow})
    return probe(Context(roots, Options(budget_s=1.0), report), shelf)


class _RealClock(FakeClock):
    """Work takes the time that it says."""

    def work(self, seconds: float) -> None:
        time.sleep(seconds)


def test_the_processors_are_measured_in_every_precision_and_the_memory_once(
    found: Result,
) -> None:
    (measured,) = found.measured
    assert measured.accelerator == "cpu"
    taken = [(item.quantity, item.precision) for item in measured.measurements]
    reported = [part.name for part in found.parts]
    for precision in ("fp32", "fp64", "int8", "bf16", "fp16"):
        named = f"measure.gemm.{precision}" in reported
        assert (("gemm", precision) in taken) is not named, "measured, or said why not"
    assert taken[:2] == [("gemm", "fp32"), ("gemm", "fp64")]
    assert taken.count(("memoryBandwidth", None)) == 1
    assert found.status is Status.OK


def test_face_search_is_measured_too_or_it_is_said_why_not(found: Result) -> None:
    taken = {item.quantity for item in found.measured[0].measurements}
    reported = {part.name.split(".")[1] for part in found.parts}
    for quantity in ("gallerySearch", "templates"):
        assert quantity in taken | reported
    assert "gallerySearch" in taken


def _multiplied(found: Result) -> list[Part]:
    return [part for part in found.parts if part.name.startswith("measure.gemm")]


def test_a_precision_that_the_processor_lacks_is_not_run_and_says_which_flags(
    tmp_path: Path,
) -> None:
    cpuinfo = "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu avx avx2 fma f16c\n"
    roots = kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo})
    found = _probed(roots, 1e10)
    assert [(part.name, part.status) for part in _multiplied(found)] == [
        ("measure.gemm.bf16", Status.NOT_RUN),
        ("measure.gemm.fp16", Status.NOT_RUN),
    ]
    assert all("not native" in (part.reason or "") for part in _multiplied(found))
    assert not any(part.could_hide for part in found.parts)


def test_a_precision_that_no_library_here_multiplies_is_unavailable(tmp_path: Path) -> None:
    cpuinfo = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: avx2 amx_bf16 amx_fp16\n"
    roots = kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo})
    found = _probed(roots, 1e10)
    assert [(part.name, part.status) for part in _multiplied(found)] == [
        ("measure.gemm.bf16", Status.UNAVAILABLE),
        ("measure.gemm.fp16", Status.UNAVAILABLE),
    ]


def test_a_precision_that_is_only_converted_is_not_run_and_says_by_whom(tmp_path: Path) -> None:
    cpuinfo = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: avx2 amx_bf16\n"
    roots = kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo})
    found = _probed(roots, 1e10, also=(Precision.BF16,))
    (bf16, _) = _multiplied(found)
    assert (bf16.name, bf16.status) == ("measure.gemm.bf16", Status.NOT_RUN)
    assert "slow multiplies bf16 at" in (bf16.reason or "")


def test_libraries_are_loaded_before_any_window_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes seconds to load would use up the window of the precision it is for."""
    seen: list[str] = []
    plainly = Shelf.offering

    def offering(shelf: Shelf, precision: Precision, heavy: bool = False) -> tuple[Library, ...]:
        seen.append(f"loaded {precision}")
        return plainly(shelf, precision, heavy)

    monkeypatch.setattr(Shelf, "offering", offering)
    cpuinfo = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: avx2\n"
    roots = kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo})
    _probed(roots, 1e10, report=lambda progress: seen.append(progress.label))
    assert seen[:5] == [
        "loading libraries",
        *(f"loaded {precision}" for precision in ("fp32", "fp64", "int8")),
        "multiplying fp32 matrices",
    ]


def test_a_precision_that_no_library_multiplies_takes_no_time_from_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its share would all go to what comes next."""
    divided: list[Kind] = []
    seen: list[int] = []

    def spied(start_s: float, budget_s: float, kinds: Sequence[Kind], searches: int) -> Plan:
        divided.extend(kinds)
        seen.append(searches)
        return plan(start_s, budget_s, kinds, searches)

    monkeypatch.setattr("gauger_probes.measure.probe.plan", spied)
    monkeypatch.setattr(mkl, "library", _absent)
    cpuinfo = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: avx2 amx_bf16\n"
    found = _probed(kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo}), 1e10)
    assert "measure.gemm.bf16" in {part.name for part in found.parts}
    assert Kind.INT8 in divided
    assert Kind.BF16 not in divided
    assert seen == [2], "precisions that a gallery is searched in"


def _absent(bench: Bench) -> None:
    raise LookupError("no libmkl_rt.so.2 in mkl")


@pytest.mark.parametrize(("flags", "expected"), [("avx2 hypervisor", 0.1), ("avx2", None)])
def test_a_virtual_machine_widens_by_what_its_reruns_showed(
    flags: str, expected: float | None, tmp_path: Path
) -> None:
    cpuinfo = f"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nflags\t\t: {flags}\n"
    found = _probed(kernel_tree(tmp_path, {"proc/cpuinfo": cpuinfo}), 1e10)
    taken = [item for item in found.measured[0].measurements if item.quantity == "gemm"]
    assert taken
    assert {item.conditions["reproducibility"] for item in taken} == {expected}


def test_every_measurement_has_an_interval_samples_and_conditions(found: Result) -> None:
    for item in found.measured[0].measurements:
        assert 0 < item.low <= item.median <= item.high
        assert item.samples >= 1
        assert 0 <= item.confidence < 1
        assert isinstance(item.conditions["contended"], bool)


def test_the_result_can_be_sent_to_the_runner(found: Result) -> None:
    assert from_json(Result, to_json(found)) == found


def test_progress_runs_forward_to_no_more_than_the_budget(
    found: Result, told: list[Progress]
) -> None:
    del found
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert all(0 <= progress.done <= progress.total == 2.0 for progress in told)
    labels = list(dict.fromkeys(progress.label for progress in told))
    assert labels[:2] == ["loading libraries", "multiplying fp32 matrices"]
    assert labels[-3:] == ["copying memory", "searching a gallery", "making templates of faces"]


def test_progress_is_told_a_few_times_a_second_at_most(found: Result, told: list[Progress]) -> None:
    del found
    steps = [
        later.done - earlier.done
        for earlier, later in pairwise(told)
        if earlier.label == later.label and later.done < later.total
    ]
    assert all(step >= 0.2 for step in steps)


def test_a_wrong_multiplication_is_reported_and_its_speed_is_not() -> None:
    found = _probed(Roots(), 1e10, wrong=(Precision.FP32, Precision.FP64, Precision.INT8))
    crashed = [part for part in found.parts if part.status is Status.CRASHED]
    names = ["measure.gemm.fp32", "measure.gemm.fp64", "measure.gemm.int8"]
    assert [part.name for part in crashed] == names
    assert all("WrongResultError" in (part.reason or "") for part in crashed)
    assert "gemm" not in {item.quantity for item in found.measured[0].measurements}


def test_only_one_precision_wrong_leaves_the_others() -> None:
    found = _probed(Roots(), 1e10, wrong=(Precision.FP32,))
    crashed = [part.name for part in found.parts if part.status is Status.CRASHED]
    assert crashed == ["measure.gemm.fp32"]
    kept = [(item.quantity, item.precision) for item in found.measured[0].measurements]
    assert kept[:2] == [("gemm", "fp64"), ("gemm", "int8")]


def test_the_budget_is_kept_with_room_for_a_busy_machine() -> None:
    began_s = time.perf_counter()
    probe(Context(Roots(), Options(budget_s=1.0)))
    # The windows bound it to 1.2 s; filling the arrays on a machine that others hog takes longer.
    assert time.perf_counter() - began_s < 15
