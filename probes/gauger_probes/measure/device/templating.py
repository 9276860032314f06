"""Measures how many faces a second one network turns into templates on a device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure.backends.protocol import Engine, NotNativeError, Precision
from gauger_probes.measure.device.measuring import Bench, as_measurement, checked
from gauger_probes.measure.device.series import Series, sample, warm_up
from gauger_probes.measure.device.watch import DeviceWatch
from gauger_probes.measure.plan import Window
from gauger_probes.measure.templates.graph import FACES
from gauger_probes.measure.templates.networks import DIMENSIONS, SIDE, Network

#: Faces at a time: one, as at a gate, and as many as fill a large device.
BATCHES = (1, 32, 256)
#: What networks are run in for speed, and otherwise.
_PRECISIONS = (Precision.FP16, Precision.FP32)
#: A batch is left out where so many repetitions of it would take all of the time.
_REPETITIONS = 6
_SEED = 20_260_115


@dataclass(frozen=True, slots=True)
class _Taken:
    batch: int
    series: Series
    method: str
    seen: dict[str, JsonValue]

    @property
    def rate(self) -> float:
        return self.batch / min(self.series.seconds)


def templates(engine: Engine, network: Network, seconds: float, bench: Bench) -> Measurement:
    """Measure faces per second through ``network`` for about ``seconds``.

    In fp16, or in fp32 where the device lacks that. The fastest batch is the result; all lie under
    ``conditions.variants``.

    Raises:
        NotNativeError: the runtime cannot.
        WrongResultError: a template is wrong.
        MemoryError: not even one face fits.
        DeviceLostError: the device failed.
    """
    lacking: NotNativeError | None = None
    for precision in _PRECISIONS:
        try:
            taken = list(_batches(engine, network, precision, seconds, bench))
        except NotNativeError as problem:
            lacking = problem
            continue
        return _measurement(network, precision, taken)
    raise lacking or NotNativeError("it runs no network")


def _batches(
    engine: Engine, network: Network, precision: Precision, seconds: float, bench: Bench
) -> Iterator[_Taken]:
    """Yield one face at a time, then larger batches as long as memory and time allow.

    Time is that of the runs: what is loaded before the first may take longer than all of them.
    """
    each_s = seconds / len(BATCHES)
    face_s: float | None = None
    for batch in BATCHES:
        if face_s is not None and _REPETITIONS * batch * face_s > each_s:
            return
        try:
            work = engine.templates(network, batch, precision, _SEED)
        except MemoryError:
            if face_s is None:
                raise
            return
        try:
            checked(work)
            whole = Window.lasting(bench.now(), each_s)
            once_s = warm_up(work, bench.now() + 0.3 * each_s, bench.now)
            with DeviceWatch(bench.reader) as watch:
                series = sample(work, once_s, whole, bench.tick, bench.now)
        finally:
            work.close()
        face_s = min(series.seconds) / batch
        yield _Taken(batch, series, work.method, watch.conditions())


def _measurement(network: Network, precision: Precision, taken: list[_Taken]) -> Measurement:
    best = max(taken, key=lambda item: item.rate)
    conditions: dict[str, JsonValue] = {
        **best.seen,
        "network": network.name,
        "macs": network.macs,
        "operationsPerFace": 2 * network.macs,
        "parameters": network.parameters,
        "input": f"{FACES}: 3 × {SIDE} × {SIDE}",
        "dimensions": DIMENSIONS,
        "batch": best.batch,
        "variants": [{"batch": item.batch, "rate": item.rate} for item in taken],
    }
    kind = ("templates", precision.value, "1/s")
    return as_measurement(kind, best.batch, best.series, best.method, conditions)
