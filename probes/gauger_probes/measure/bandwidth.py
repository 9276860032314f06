"""How fast the processors move data through main memory: a copy larger than all caches.

Every CPU copies its own part from one array to another. Bytes read and bytes written both count
(16 for each double), as STREAM counts its copy (J. D. McCalpin, 1995); what a cache reads before
it writes (write-allocate) does not. Whether the copy goes past the caches: see ``streaming``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure import streaming
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance, last_level_cache
from gauger_probes.measure.conditions import Watch
from gauger_probes.measure.copiers import Copiers
from gauger_probes.measure.plan import Window
from gauger_probes.measure.sampling import Sample, busy, sample_in_turns, warm_up
from gauger_probes.measure.statistics import series_interval

_MIB = 1024 * 1024
#: Size of each of the two arrays. STREAM asks for four times all last-level caches together; the
#: least is for machines that state none.
_CACHES, _LEAST = 4, 128 * _MIB
#: Size in all that even the smallest machine copies, for each thread.
_LEAST_EACH = 64 * 1024
#: Seconds that one repetition should take: starting a hundred threads must not show in it.
_REPETITION_S = 0.1
#: Part of the share that one repetition may take, and that warming up may take.
_REPETITION, _PREPARATION = 1 / 24, 0.4


@dataclass(frozen=True, slots=True)
class _Size:
    array_bytes: int
    cache_bytes: int | None


def measure(window: Window, bench: Bench) -> Measurement:
    """Measure the rate of copying in B/s within ``window``.

    Raises:
        WrongResultError: a copy differs from its original.
        MemoryError: the arrays could not be allocated.
    """
    size = _size(bench)
    now = bench.stopwatch.wall
    share_s = window.share_s(now())
    until_s = now() + _PREPARATION * share_s
    with Copiers(size.array_bytes, bench.cpus, bench.generator) as copiers:
        single = warm_up(lambda: copiers.copy(1), until_s, bench.stopwatch)
        bench.tick()
        passes = _passes(single.wall_s, share_s)
        with Watch(bench.roots, bench.cpus) as watch:
            trials = [lambda: copiers.copy(passes)]
            (samples,) = sample_in_turns(trials, window, bench.stopwatch, bench.tick)
        copiers.check(bench.generator)
        moved = 2 * copiers.array_bytes * passes
    spent = busy(samples, len(bench.cpus))
    conditions = watch.conditions(spent) | {
        "best": moved / min(sample.wall_s for sample in samples),
        "cpuTimeRate": spent.rate(moved * len(samples)),
        "arrayBytes": copiers.array_bytes,
        "lastLevelCacheBytes": size.cache_bytes,
        "beyondCaches": _beyond(copiers.array_bytes, size.cache_bytes),
        "passes": passes,
        "cpus": len(bench.cpus),
        "numpy": np.__version__,
        "memcpy": streaming.described(),
    }
    return _measurement(samples, moved, conditions)


def _measurement(
    samples: tuple[Sample, ...], moved: int, conditions: dict[str, JsonValue]
) -> Measurement:
    interval = series_interval([moved / sample.wall_s for sample in samples])
    return Measurement(
        quantity="memoryBandwidth",
        precision=None,
        unit="B/s",
        median=interval.median,
        low=interval.low,
        high=interval.high,
        samples=len(samples),
        confidence=interval.confidence,
        method=(
            "numpy.copyto, one thread on each CPU; 16 B for each double moved (read and written,"
            " write-allocate not counted), random data, wall time"
        ),
        conditions=conditions,
    )


def _size(bench: Bench) -> _Size:
    cache = last_level_cache(bench.roots, bench.cpus)
    wanted = max(_LEAST, _CACHES * (cache or 0))
    array_bytes = min(wanted, allowance(bench.roots) // 2)
    return _Size(max(array_bytes, _LEAST_EACH * len(bench.cpus)), cache)


def _beyond(array_bytes: int, cache_bytes: int | None) -> bool | None:
    """Return whether the arrays miss every cache; short memory may not allow it."""
    # Rounding to whole pages may cost each CPU one.
    return None if cache_bytes is None else array_bytes >= 0.99 * _CACHES * cache_bytes


def _passes(single_s: float, share_s: float) -> int:
    target_s = min(_REPETITION_S, _REPETITION * share_s)
    return max(1, round(target_s / single_s)) if single_s > 0 else 1
