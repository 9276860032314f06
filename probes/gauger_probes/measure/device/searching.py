"""Measures brute-force gallery search on a device: one face at a time, and many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure.backends.protocol import Engine, Gallery, Precision
from gauger_probes.measure.device.measuring import Bench, as_measurement, checked
from gauger_probes.measure.device.series import Series, sample, warm_up
from gauger_probes.measure.device.watch import DeviceWatch
from gauger_probes.measure.plan import Window

#: Faces that are searched for at once.
BATCHES = (1, 64)
#: Templates of the first, small gallery, by which the time of a large one is foreseen, and of the
#: largest, beyond which a rate does not change.
_FIRST, _MOST = 1 << 13, 1_000_000
#: Part of the memory that a gallery may fill.
_SHARE = 0.25
_BYTES = {Precision.FP32: 4, Precision.FP16: 2, Precision.BF16: 2, Precision.INT8: 1}
_SEED = 20_260_115


@dataclass(frozen=True, slots=True)
class _Taken:
    gallery: Gallery
    series: Series
    method: str
    seen: dict[str, JsonValue]

    @property
    def comparisons(self) -> int:
        return self.gallery.size * self.gallery.batch

    @property
    def rate(self) -> float:
        return self.comparisons / min(self.series.seconds)


def search(engine: Engine, precision: Precision, seconds: float, bench: Bench) -> Measurement:
    """Measure comparisons per second in ``precision`` for about ``seconds``.

    The faster of the batches is the result; both lie under ``conditions.variants``.

    Raises:
        NotNativeError: the runtime cannot, or not in this precision.
        WrongResultError: other templates were found than there are.
        MemoryError: not even a small gallery fits.
        DeviceLostError: the device failed.
    """
    taken = list(_batches(engine, precision, seconds, bench))
    best = max(taken, key=lambda item: item.rate)
    single = min(taken, key=lambda item: item.gallery.batch)
    each = single.comparisons / min(single.series.seconds)
    dimensions = best.gallery.dimensions
    conditions: dict[str, JsonValue] = {
        **best.seen,
        "gallery": best.gallery.size,
        "batch": best.gallery.batch,
        "dimensions": dimensions,
        "k": best.gallery.k,
        "variants": [
            {"batch": item.gallery.batch, "gallery": item.gallery.size, "rate": item.rate}
            for item in taken
        ],
        "millisecondsAt1e6": 1e9 / each,
        "millisecondsAt1e7": 1e10 / each,
        "largestGallery": engine.memory_bytes // (dimensions * _BYTES.get(precision, 4)),
    }
    kind = ("gallerySearch", precision.value, "1/s")
    return as_measurement(kind, best.comparisons, best.series, best.method, conditions)


def _batches(
    engine: Engine, precision: Precision, seconds: float, bench: Bench
) -> Iterator[_Taken]:
    for batch in BATCHES:
        size = _size(engine, precision, batch, seconds / len(BATCHES), bench)
        gallery = Gallery(size, batch)
        work = engine.search(precision, gallery, _SEED)
        whole = Window.lasting(bench.now(), seconds / len(BATCHES))
        try:
            once_s = warm_up(work, bench.now() + 0.2 * seconds / len(BATCHES), bench.now)
            with DeviceWatch(bench.reader) as watch:
                series = sample(work, once_s, whole, bench.tick, bench.now)
        finally:
            work.close()
        yield _Taken(gallery, series, work.method, watch.conditions())


def _size(engine: Engine, precision: Precision, batch: int, seconds: float, bench: Bench) -> int:
    """How large a gallery the memory holds and ten searches of which the time allows."""
    work = engine.search(precision, Gallery(_FIRST, batch), _SEED)
    try:
        checked(work)
        once_s = warm_up(work, bench.now() + 0.1 * seconds, bench.now)
        bench.tick()
    finally:
        work.close()
    by_time = int(_FIRST * 0.5 * seconds / (10 * once_s)) if once_s > 0 else _MOST
    room = engine.memory_bytes * _SHARE / (Gallery(_FIRST, batch).dimensions * 4)
    return max(_FIRST, min(_MOST, by_time, int(room)) // 4096 * 4096)
