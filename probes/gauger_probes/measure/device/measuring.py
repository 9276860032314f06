"""What is measured of a device, one thing after another, and how each becomes a measurement.

Dense multiplication in each precision that the device has (several shapes; the fastest is the
result), and copies inside its memory and to and from the host. One result of each kind is checked:
a device that computes wrong is not fast.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure.backends.protocol import Direction, Engine, Precision, Shape, Work
from gauger_probes.measure.device.series import Series, sample, warm_up
from gauger_probes.measure.device.watch import DeviceWatch, Reader
from gauger_probes.measure.plan import Window
from gauger_probes.measure.statistics import series_interval

#: A small cube, which costs little on a device that only emulates; then what large devices are
#: fastest on, so that little time is enough for it; then what fits smaller ones and less time.
SHAPES = (
    Shape(1024, 1024, 1024),
    Shape(8192, 8192, 8192),
    Shape(4096, 4096, 4096),
    Shape(4096, 8192, 16384),
    Shape(8192, 4096, 2048),
    Shape(16384, 16384, 16384),
    Shape(2048, 2048, 2048),
)
#: Bytes of an operand and of a result, by precision; the largest that a library may use.
_BYTES = {Precision.FP64: 8, Precision.FP32: 4, Precision.TF32: 4, Precision.INT8: 4}
#: Part of a precision's share in which shapes are tried; the rest goes to the fastest.
_TRYING = 0.5
#: Largest copy, and the part of the memory that one may fill: far more than caches hold, and pinned
#: and filled in a moment.
_COPY_BYTES, _COPY_SHARE = 1 << 28, 0.25
_SEED = 20_260_115


@dataclass(frozen=True, slots=True)
class Bench:
    """Who watches the device, who is told between two runs, and the clock."""

    reader: Reader | None = None
    tick: Callable[[], None] = lambda: None
    now: Callable[[], float] = time.perf_counter


@dataclass(frozen=True, slots=True)
class _Tried:
    shape: Shape
    once_s: float
    method: str

    @property
    def rate(self) -> float:
        return self.shape.operations / self.once_s


def gemm(
    engine: Engine,
    precision: Precision,
    seconds: float,
    bench: Bench,
    shapes: Sequence[Shape] = SHAPES,
) -> Measurement:
    """Measure multiplication in ``precision`` for about ``seconds``.

    Raises:
        NotNativeError: the device does not have it.
        WrongResultError: a product is wrong.
        MemoryError: not even the smallest shape fits.
        DeviceLostError: the device failed.
    """
    first = engine.gemm(precision, shapes[0], _SEED)
    # Now that libraries and kernels are loaded, which may take longer than all of the rest.
    whole = Window.lasting(bench.now(), seconds)
    trying = Window.lasting(bench.now(), _TRYING * seconds)
    tried, work = _fastest(engine, precision, trying, bench, (first, shapes))
    best = max(tried, key=lambda item: item.rate)
    try:
        once_s = warm_up(work, bench.now() + 0.2 * seconds, bench.now)
        with DeviceWatch(bench.reader) as watch:
            series = sample(work, once_s, whole, bench.tick, bench.now)
    finally:
        work.close()
    conditions = watch.conditions() | {
        "shape": _sides(best.shape),
        "shapes": [_sides(item.shape) | {"rate": item.rate} for item in tried if item is not best],
    }
    return as_measurement(
        ("gemm", precision.value, precision.unit),
        best.shape.operations,
        series,
        best.method,
        conditions | dict(engine.properties()),
    )


def _fastest(
    engine: Engine,
    precision: Precision,
    trying: Window,
    bench: Bench,
    first_and_shapes: tuple[Work, Sequence[Shape]],
) -> tuple[list[_Tried], Work]:
    """Return the shapes that fit memory and time, and the work on the fastest, still open.

    The work on the first of the shapes is ready; its result is checked. A second shape is tried
    even when preparing took all of the time: on the first alone a large device looks small.
    """
    best, (smallest, *larger) = first_and_shapes
    with ExitStack() as kept:
        kept.callback(best.close)
        checked(best)
        tried = [_tried(best, smallest, trying.end_s, bench)]
        for shape in larger:
            fastest = max(each.rate for each in tried)
            now_s = trying.begin_s if len(tried) == 1 else bench.now()
            if not _fits(shape, precision, engine.memory_bytes) or _too_long(
                shape, fastest, trying.end_s - now_s
            ):
                continue
            with ExitStack() as opened:
                work = engine.gemm(precision, shape, _SEED)
                opened.callback(work.close)
                tried.append(_tried(work, shape, trying.end_s, bench))
                if tried[-1].rate > fastest:
                    kept.close()
                    best = work
                    kept.push(opened.pop_all())
        kept.pop_all()
        return tried, best


def _tried(work: Work, shape: Shape, until_s: float, bench: Bench) -> _Tried:
    once_s = warm_up(work, until_s, bench.now)
    bench.tick()
    return _Tried(shape, once_s, work.method)


def _fits(shape: Shape, precision: Precision, room: int) -> bool:
    each = _BYTES.get(precision, 2)
    return each * (shape.m * shape.k + shape.k * shape.n + 2 * shape.m * shape.n) <= room // 2


def _too_long(shape: Shape, rate: float, left_s: float) -> bool:
    """Four repetitions at the best rate so far would outlast what is left for trying."""
    return 4 * shape.operations / rate > left_s


def copy(engine: Engine, direction: Direction, seconds: float, bench: Bench) -> Measurement:
    """Measure moving bytes in ``direction`` for about ``seconds``.

    Raises:
        NotNativeError: the runtime cannot.
        WrongResultError: what arrived is not what left.
        MemoryError: there is no room.
        DeviceLostError: the device failed.
    """
    size = min(_COPY_BYTES, int(engine.memory_bytes * _COPY_SHARE)) // 4096 * 4096
    work = engine.copy(direction, size, _SEED)
    try:
        checked(work)
        whole = Window.lasting(bench.now(), seconds)
        once_s = warm_up(work, bench.now() + 0.3 * seconds, bench.now)
        with DeviceWatch(bench.reader) as watch:
            series = sample(work, once_s, whole, bench.tick, bench.now)
    finally:
        work.close()
    within = direction is Direction.WITHIN
    moved = 2 * size if within else size
    return as_measurement(
        ("memoryBandwidth" if within else "hostDeviceBandwidth", None, "B/s"),
        moved,
        series,
        work.method,
        watch.conditions() | {"sizeBytes": size, "direction": direction.value},
    )


def as_measurement(
    kind: tuple[str, str | None, str],
    amount: float,
    series: Series,
    method: str,
    conditions: Mapping[str, JsonValue],
) -> Measurement:
    """Return the rate of ``amount`` in each repetition; ``kind``: quantity, precision, unit."""
    quantity, precision, unit = kind
    rates = [amount / seconds for seconds in series.seconds]
    interval = series_interval(rates)
    return Measurement(
        quantity=quantity,
        precision=precision,
        unit=unit,
        median=interval.median,
        low=interval.low,
        high=interval.high,
        samples=len(rates),
        confidence=interval.confidence,
        method=method,
        conditions={**conditions, "best": max(rates), "repetitions": series.repetitions},
    )


def _sides(shape: Shape) -> dict[str, JsonValue]:
    return {"m": shape.m, "n": shape.n, "k": shape.k}


def checked(work: Work) -> None:
    """Run ``work`` once and compare its result with a reference.

    Raises:
        WrongResultError: it is wrong.
        DeviceLostError: the device failed.
    """
    work.run(1)
    work.check()
