"""Copying memory with all CPUs: how much, whose bytes are counted, and that it is copied."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.common import Measurement
from gauger_probes.measure import streaming
from gauger_probes.measure.bandwidth import measure
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.copiers import Copiers
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.plan import Window
from gauger_probes.measure.sampling import Sample
from support.kernel_tree import kernel_tree

_MIB = 1024 * 1024
_CPUS = tuple(sorted(os.sched_getaffinity(0)))
#: An eighth of this holds two arrays of 2 MiB: enough to test with.
_SMALL = {"proc/meminfo": f"MemAvailable: {32 * 1024} kB\n"}


class Recording(np.random.Generator):
    """Keeps the arrays that it and its children fill."""

    filled: list[npt.NDArray[np.float64]]

    def random(self, *args: Any, **kwargs: Any) -> Any:
        array = super().random(*args, **kwargs)
        Recording.filled.append(array)
        return array


@pytest.fixture
def recording() -> Iterator[Recording]:
    Recording.filled = []
    yield Recording(np.random.PCG64(3))
    Recording.filled = []


def _now(budget_s: float) -> Window:
    return Window.lasting(time.perf_counter(), budget_s / 4)


def _small(tmp_path: Path) -> Bench:
    return Bench(kernel_tree(tmp_path, _SMALL))


def test_this_machine_is_measured_with_an_interval_and_its_conditions(tmp_path: Path) -> None:
    found = measure(_now(2.0), _small(tmp_path))
    assert (found.quantity, found.precision, found.unit) == ("memoryBandwidth", None, "B/s")
    assert 0 < found.low <= found.median <= found.high
    assert found.samples >= 1
    assert "16 B for each double" in found.method
    assert "write-allocate not counted" in found.method
    assert found.conditions["threads"] == len(_CPUS)
    assert set(found.conditions) >= {"contended", "best", "cpuTimeRate", "passes", "arrayBytes"}
    assert found.conditions["memcpy"] == streaming.described()
    assert found == from_json(Measurement, to_json(found))


def test_arrays_shrink_with_memory_and_say_whether_they_miss_the_caches(tmp_path: Path) -> None:
    cache = {
        f"sys/devices/system/cpu/cpu{cpu}/cache/index3/{name}": text
        for cpu in _CPUS
        for name, text in (("level", "3"), ("size", "16M"), ("shared_cpu_list", "0-4095"))
    }
    roots = kernel_tree(tmp_path, _SMALL | cache)
    found = measure(_now(1.0), Bench(roots)).conditions
    assert found["arrayBytes"] <= 2 * _MIB  # type: ignore[operator]
    assert found["lastLevelCacheBytes"] == 16 * _MIB
    assert found["beyondCaches"] is False


def test_both_the_bytes_read_and_the_bytes_written_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copiers.copy

    def in_a_second(copiers: Copiers, passes: int) -> Sample:
        copy(copiers, passes)
        return Sample(wall_s=1.0, cpu_s=len(_CPUS) / 2)

    monkeypatch.setattr(Copiers, "copy", in_a_second)
    found = measure(_now(1.0), _small(tmp_path))
    array_bytes: Any = found.conditions["arrayBytes"]
    assert found.conditions["passes"] == 1
    assert found.median == found.conditions["best"] == 2 * array_bytes
    assert found.conditions["cpuTimeRate"] == 4 * array_bytes, "it had half of every CPU"
    assert found.conditions["cpuTimeFraction"] == 0.5
    assert found.conditions["contended"] is True


def test_the_data_is_random_and_never_zeros(recording: Recording) -> None:
    with Copiers(4 * _MIB, _CPUS, recording) as copiers:
        copiers.copy(1)
        copiers.check(recording)
    assert sum(array.nbytes for array in Recording.filled) == copiers.array_bytes
    for array in Recording.filled:
        assert np.count_nonzero(array) > 0.999 * array.size
        assert np.unique(array[:10_000]).size > 9_990
    firsts = {float(array[0]) for array in Recording.filled}
    assert len(firsts) == len(_CPUS), "no two threads have the same data"


def test_a_copy_that_was_never_made_is_noticed() -> None:
    with (
        Copiers(_MIB, _CPUS, np.random.default_rng()) as copiers,
        pytest.raises(WrongResultError, match="differs"),
    ):
        copiers.check(np.random.default_rng())


def test_every_cpu_has_a_thread_that_is_tied_to_it(recording: Recording) -> None:
    places: list[set[int]] = []

    class Placed(Recording):
        def random(self, *args: Any, **kwargs: Any) -> Any:
            places.append(os.sched_getaffinity(0))
            return super().random(*args, **kwargs)

    with Copiers(_MIB, _CPUS, Placed(np.random.PCG64(4))):
        pass
    assert sorted(map(sorted, places)) == [[cpu] for cpu in _CPUS]
    assert os.sched_getaffinity(0) == set(_CPUS), "the thread that asked stays free"


def test_a_cpu_that_may_not_be_used_is_left_to_the_scheduler() -> None:
    with Copiers(_MIB, (max(_CPUS) + 4000,), np.random.default_rng()) as copiers:
        assert copiers.copy(1).wall_s > 0


def test_a_thread_that_finds_no_memory_fails_the_whole_and_hangs_nobody() -> None:
    class Exhausted(np.random.Generator):
        def random(self, *args: Any, **kwargs: Any) -> Any:
            raise MemoryError("no page left")

    before = threading.active_count()
    with (
        pytest.raises(MemoryError, match="no page left"),
        Copiers(_MIB, _CPUS, Exhausted(np.random.PCG64(5))),
    ):
        raise AssertionError("it began without its memory")
    assert threading.active_count() == before


def test_the_threads_end_with_the_block() -> None:
    before = threading.active_count()
    with Copiers(_MIB, _CPUS, np.random.default_rng()) as copiers:
        copiers.copy(2)
    assert threading.active_count() == before


def test_an_array_is_whole_pages_for_every_cpu() -> None:
    with Copiers(1, _CPUS, np.random.default_rng()) as copiers:
        assert copiers.array_bytes == 4096 * len(_CPUS)
