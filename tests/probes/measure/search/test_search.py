"""What is measured of a search, how large its gallery is, and what becomes of what fails."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.cpu import mkl
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.search import rate
from gauger_probes.measure.search.gallery import Gallery
from gauger_probes.measure.search.measure import measure
from gauger_probes.measure.search.precisions import way
from gauger_probes.measure.search.size import MOST, Pace, beyond_caches, largest, wanted
from gauger_probes.measure.search.templates import Array
from gauger_probes.measure.search.top import Hits
from gauger_probes.result import Part
from support.fake_clock import FakeClock
from support.kernel_tree import kernel_tree

_MEMORY = {"proc/meminfo": f"MemTotal: {64 * 1024} kB\nMemAvailable: {32 * 1024} kB\n"}
_MEASURED = pytest.mark.parametrize("precision", [Precision.FP32, Precision.INT8])
#: An eighth of what is available holds so many bytes of templates.
_ROOM = 4 * 1024 * 1024


def _cpuinfo(flags: str) -> dict[str, str]:
    lines = (
        "processor\t: 0",
        "vendor_id\t: GenuineIntel",
        "cpu family\t: 6",
        f"flags\t\t: {flags}",
    )
    return {"proc/cpuinfo": "\n".join(lines) + "\n"}


def _bench(tmp_path: Path, flags: str = "fpu sse2 avx2") -> Bench:
    roots = kernel_tree(tmp_path, _MEMORY | _cpuinfo(flags))
    return Bench(roots, generator=np.random.default_rng(5))


def _now(seconds: float) -> Window:
    return Window.lasting(time.perf_counter(), seconds)


@_MEASURED
def test_this_machine_is_measured_with_an_interval_and_its_conditions(
    precision: Precision, tmp_path: Path
) -> None:
    found = rate.measure(precision, _now(1.5), _bench(tmp_path))
    assert (found.quantity, found.unit) == ("gallerySearch", "1/s")
    assert found.precision == precision.value
    assert 0 < found.low <= found.median <= found.high
    assert "exact top 10" in found.method
    conditions: Any = found.conditions
    assert conditions["dimensions"] == 512
    assert conditions["k"] == 10
    assert conditions["gallerySize"] * way(precision, Bench()).bytes_each <= _ROOM
    assert conditions["beyondCaches"] is False
    variants = [conditions, *conditions["variants"]]
    assert 1 in {each["batch"] for each in variants}
    assert set(conditions) >= {"contended", "cpuTimeFraction", "best", "library", "derived"}
    assert found == from_json(Measurement, to_json(found))


def _at(clock: FakeClock, comparisons: float, query_s: float = 0.0) -> rate.Search:
    """Return a search of so many comparisons a second, beside ``query_s`` for the batch."""

    def search(gallery: Gallery, queries: Array) -> Hits:
        clock.work(len(queries) * gallery.size / comparisons + query_s)
        return gallery.search(queries)

    return search


def _faked(tmp_path: Path, comparisons: float, query_s: float = 0.0) -> Measurement:
    clock = FakeClock(threads=2)
    bench = Bench(_bench(tmp_path).roots, (0, 0), np.random.default_rng(5), clock.stopwatch())
    search = _at(clock, comparisons, query_s)
    return rate.measure(Precision.FP32, Window.lasting(0.0, 60.0), bench, search)


def test_comparisons_are_templates_times_queries_and_times_follow_from_them(
    tmp_path: Path,
) -> None:
    found = _faked(tmp_path, 4e5)
    conditions: Any = found.conditions
    assert found.median == pytest.approx(4e5)
    assert found.low == pytest.approx(found.high)
    assert conditions["cpuTimeRate"] == pytest.approx(4e5)
    assert conditions["millisecondsAt1e6"] == pytest.approx(2500)
    assert conditions["millisecondsAt1e7"] == pytest.approx(25000)


def test_the_best_batch_is_the_result_and_the_times_are_those_of_one_face(tmp_path: Path) -> None:
    found = _faked(tmp_path, 4e5, query_s=0.1)
    conditions: Any = found.conditions
    size = conditions["gallerySize"]
    one_s = size / 4e5 + 0.1
    assert conditions["batch"] == 256
    assert found.median == pytest.approx(256 * size / (256 * size / 4e5 + 0.1))
    assert conditions["millisecondsAt1e6"] == pytest.approx(one_s * 1e3 * 1e6 / size)
    assert [each["batch"] for each in conditions["variants"]] == [1, 16, 64]
    first = conditions["variants"][0]
    assert first["median"] == pytest.approx(size / one_s)
    assert first["millisecondsAt1e6"] == conditions["millisecondsAt1e6"]
    second = conditions["variants"][1]
    assert second["millisecondsAt1e6"] == pytest.approx((16 * size / 4e5 + 0.1) * 1e9 / size)


def test_a_slow_machine_leaves_out_large_batches_and_keeps_its_window(tmp_path: Path) -> None:
    clock = FakeClock()
    bench = Bench(_bench(tmp_path).roots, (0,), stopwatch=clock.stopwatch())
    window = Window.lasting(0.0, 60.0)
    found = rate.measure(Precision.FP32, window, bench, _at(clock, 1e5))
    assert {found.conditions["batch"], *(each["batch"] for each in _variants(found))} == {1, 16, 64}
    assert clock.now_s <= window.hard_end_s


def test_where_caches_ask_for_a_large_gallery_batches_search_the_front_of_it(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    roots = kernel_tree(tmp_path, {"proc/meminfo": f"MemAvailable: {512 * 1024} kB\n"})
    bench = Bench(roots, (0,), np.random.default_rng(5), clock.stopwatch())
    window = Window.lasting(0.0, 60.0)
    # A search costs something beside its comparisons, most of a small one: not what is cut by.
    found = rate.measure(Precision.FP32, window, bench, _at(clock, 1e6, query_s=0.05))
    every = {each["batch"]: each for each in (found.conditions, *_variants(found))}
    sizes = {batch: each["gallerySize"] for batch, each in every.items()}
    assert sizes[1] == sizes[16] == beyond_caches(Precision.FP32, bench) == 32_768
    searching_s = 60 / 48 - 0.05
    assert sizes[64] == pytest.approx(1e6 * searching_s / 64, rel=0.05)
    assert sizes[256] == pytest.approx(1e6 * searching_s / 256, rel=0.05)
    assert {batch: each["beyondCaches"] for batch, each in every.items()} == {
        1: True,
        16: True,
        64: False,
        256: False,
    }
    assert all(each["samples"] >= MIN_SAMPLES for each in _variants(found))
    assert clock.now_s <= window.hard_end_s


def test_one_face_searches_the_whole_gallery_however_long_it_takes(tmp_path: Path) -> None:
    clock = FakeClock()
    roots = kernel_tree(tmp_path, {"proc/meminfo": f"MemAvailable: {512 * 1024} kB\n"})
    bench = Bench(roots, (0,), np.random.default_rng(5), clock.stopwatch())
    found = rate.measure(Precision.FP32, Window.lasting(0.0, 60.0), bench, _at(clock, 2e4))
    one_face = next(each for each in (found.conditions, *_variants(found)) if each["batch"] == 1)
    assert one_face["gallerySize"] == 32_768 > 2e4 * 60 / 48


def _variants(found: Measurement) -> list[Any]:
    variants: Any = found.conditions["variants"]
    return list(variants)


def test_a_search_that_finds_the_wrong_templates_is_refused_before_it_is_timed(
    tmp_path: Path,
) -> None:
    calls = 0

    def shifted(gallery: Gallery, queries: Array) -> Hits:
        nonlocal calls
        calls += 1
        hits = gallery.search(queries)
        return Hits((hits.ids + 1) % gallery.size, hits.scores)

    with pytest.raises(WrongResultError, match="is not found"):
        rate.measure(Precision.FP32, _now(5.0), _bench(tmp_path), shifted)
    assert calls == 1


def test_every_precision_is_measured_or_says_why_not(tmp_path: Path) -> None:
    found = measure(_now(2.0), _bench(tmp_path))
    taken = [item for item in found if isinstance(item, Measurement)]
    parts = {item.name: item for item in found if isinstance(item, Part)}
    assert [item.precision for item in taken] == ["fp32", "int8"]
    assert set(parts) == {"measure.gallerySearch.fp16", "measure.gallerySearch.bf16"}
    assert {part.status for part in parts.values()} == {Status.NOT_RUN}
    assert "avx512_fp16" in str(parts["measure.gallerySearch.fp16"].reason)
    assert "not native" in str(parts["measure.gallerySearch.bf16"].reason)


def test_a_unit_that_no_library_at_hand_uses_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(bench: Bench) -> None:
        raise LookupError("no libmkl_rt.so.2 in mkl")

    monkeypatch.setattr(mkl, "library", absent)
    with pytest.raises(NotNativeError, match=r"neither numpy nor onnxruntime.*no libmkl_rt"):
        way(Precision.FP16, _bench(tmp_path, "avx2 avx512_fp16"))


def test_one_precision_that_fails_leaves_the_others(tmp_path: Path) -> None:
    def broken(gallery: Gallery, queries: Array) -> Hits:
        hits = gallery.search(queries)
        wrong = queries.dtype == np.uint8
        return Hits(hits.ids, hits.scores + 1) if wrong else hits

    found = measure(_now(2.0), _bench(tmp_path), broken)
    assert isinstance(found[0], Measurement)
    assert isinstance(found[1], Part)
    assert (found[1].name, found[1].status) == ("measure.gallerySearch.int8", Status.CRASHED)
    assert "WrongResultError" in str(found[1].reason)


def test_without_onnxruntime_floats_are_still_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    found = measure(_now(1.5), _bench(tmp_path))
    assert isinstance(found[0], Measurement)
    assert isinstance(found[1], Part)
    assert found[1].status is Status.UNAVAILABLE
    assert "onnxruntime" in str(found[1].reason)


def test_memory_bounds_the_gallery_even_where_caches_are_larger(tmp_path: Path) -> None:
    bench = _bench(tmp_path)
    free = Pace(0.0, {1: 0.0})
    assert beyond_caches(Precision.FP32, bench) == 32768
    assert wanted(Precision.FP32, 2048, free, 1.0, bench) == _ROOM // 2048


def test_time_bounds_the_gallery_down_to_what_misses_the_caches(tmp_path: Path) -> None:
    roots = kernel_tree(tmp_path, {"proc/meminfo": f"MemAvailable: {2**26} kB\n"})
    bench = Bench(roots, (0,))
    sizes = {
        seconds: wanted(Precision.FP32, 2048, Pace(1e-6, {1: 1e-6}), seconds, bench)
        for seconds in (0.001, 4.8, 1000.0)
    }
    assert sizes == {0.001: 32768, 4.8: 100_000, 1000.0: MOST}
    assert wanted(Precision.FP32, 2048, Pace(1e-3, {1: 0.0}), 400.0, bench) == 100_000


def test_caches_make_the_least_gallery_larger(tmp_path: Path) -> None:
    cache = "sys/devices/system/cpu/cpu0/cache/index3"
    files = {f"{cache}/level": "3", f"{cache}/size": "32M", f"{cache}/shared_cpu_list": "0"}
    bench = Bench(kernel_tree(tmp_path, files), (0,))
    assert beyond_caches(Precision.FP32, bench) == 65536
    assert beyond_caches(Precision.INT8, bench) == 4 * 65536


def test_the_largest_gallery_is_nine_tenths_of_all_memory(tmp_path: Path) -> None:
    found: Any = largest(kernel_tree(tmp_path, {"proc/meminfo": f"MemTotal: {10 * 1024} kB\n"}))
    assert (found["fp32"], found["fp16"], found["int8"]) == (4608, 9216, 18432)
    assert "90% of MemTotal" in found["rule"]


def test_a_machine_that_states_no_memory_has_no_largest_gallery(tmp_path: Path) -> None:
    assert largest(kernel_tree(tmp_path, {})) is None
    assert largest(kernel_tree(tmp_path, {"proc/meminfo": "MemFree: 5 kB\n"})) is None
