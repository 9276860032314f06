"""How many faces a second one network turns into templates on the processors.

Faces go through one at a time and in batches, on all CPUs at once and on one alone; the fastest is
the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure import onnx_session
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance
from gauger_probes.measure.conditions import Watch
from gauger_probes.measure.crew import Crew
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.onnx_session import Session
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.sampling import Sample, busy, sample_in_turns, timed, warm_up
from gauger_probes.measure.templates.forms import FORMS
from gauger_probes.measure.templates.graph import FACES
from gauger_probes.measure.templates.networks import DIMENSIONS, SIDE, Network
from gauger_probes.measure.templates.pace import Pace, needed_bytes
from gauger_probes.measure.templates.streams import Run, Streams
from gauger_probes.measure.templates.variant import Manner, Variant, fastest

#: Faces in a batch, beside one.
_BATCH = 8
#: Faces that are also sent through alone, for comparison.
_ALONE = 2
#: Part of the share that preparing may take.
_PREPARATION = 0.5


def measure(network: Network, window: Window, bench: Bench, pace: Pace, run: Run) -> Measurement:
    """Measure faces per second (1/s) through ``network`` within ``window``.

    The best manner (by its median) is the result; the others lie under ``conditions.variants``.

    Raises:
        WrongResultError: a template is not finite, or depends on the faces beside it.
        MemoryError: there is no memory for the weights.
    """
    began_s = bench.stopwatch.wall()
    until_s = began_s + _PREPARATION * window.share_s(began_s)
    # Weights are large: the graph and the file are let go as soon as the session has its own.
    session = Session(FORMS[pace.form](network.build(bench.generator)).model(), threads=1)
    bench.tick()
    faces = bench.generator.standard_normal((_BATCH, 3, SIDE, SIDE), dtype=np.float32)
    with Crew(bench.cpus) as crew:
        streams = Streams(session, crew, faces, run)
        alone = _alone(streams)
        manners = list(_manners(network, window, bench, pace))
        trials = list(_trials(streams, manners, alone, until_s, bench))
        with Watch(bench.roots, bench.cpus) as watch:
            series = sample_in_turns(trials, window, bench.stopwatch, bench.tick)
    variants = [Variant(manner, samples) for manner, samples in zip(manners, series, strict=True)]
    best = fastest(variants)
    seen = watch.conditions(busy(best.samples, best.manner.streams))
    return _measurement(variants, seen | _setting(network, session, pace, bench))


def _alone(streams: Streams) -> list[npt.NDArray[Any]]:
    """Return the templates of the first faces, each sent through alone.

    Raises:
        WrongResultError: different faces give the same.
    """
    alone = [streams.run(streams.session, streams.faces[at : at + 1])[0] for at in range(_ALONE)]
    if np.allclose(alone[0], alone[1]):
        raise WrongResultError("different faces give the same template")
    return alone


def _manners(network: Network, window: Window, bench: Bench, pace: Pace) -> Iterator[Manner]:
    """Yield one face on every CPU, then what there is time and memory for."""
    cpus = len(bench.cpus)
    yield Manner(cpus, 1)
    left_s = window.end_s - bench.stopwatch.wall()
    once_s = pace.run_s * network.macs
    for manner, repetitions in ((Manner(1, 1), 1), (Manner(cpus, _BATCH), _BATCH)):
        left_s -= MIN_SAMPLES * once_s
        fits = needed_bytes(network, manner.faces) <= allowance(bench.roots)
        if manner.faces != cpus and fits and (MIN_SAMPLES + 2) * repetitions * once_s <= left_s:
            yield manner


def _trials(
    streams: Streams,
    manners: Sequence[Manner],
    alone: Sequence[npt.NDArray[Any]],
    until_s: float,
    bench: Bench,
) -> Iterator[Callable[[], Sample]]:
    for manner in manners:
        streams.check(manner.streams, manner.batch, alone)
        trial = _trial(streams, manner, bench)
        warm_up(trial, until_s, bench.stopwatch)
        bench.tick()
        yield trial


def _trial(streams: Streams, manner: Manner, bench: Bench) -> Callable[[], Sample]:
    return lambda: timed(lambda: streams.together(manner.streams, manner.batch), bench.stopwatch)


def _setting(network: Network, session: Session, pace: Pace, bench: Bench) -> dict[str, JsonValue]:
    return {
        "network": network.name,
        "macs": network.macs,
        "operationsPerFace": 2 * network.macs,
        "parameters": network.parameters,
        "input": f"{FACES}: 3 × {SIDE} × {SIDE}",
        "dimensions": DIMENSIONS,
        "prelu": pace.form,
        "threadsPerStream": 1,
        "cpus": len(bench.cpus),
        "provider": session.providers[0],
        "providersAtHand": list(onnx_session.providers()),
        "library": {"name": "onnxruntime", "version": onnx_session.version()},
    }


def _measurement(variants: Sequence[Variant], conditions: dict[str, JsonValue]) -> Measurement:
    best = fastest(variants)
    interval = best.interval()
    others: list[JsonValue] = [each.summary() for each in variants if each is not best]
    return Measurement(
        quantity="templates",
        precision="fp32",
        unit="1/s",
        median=interval.median,
        low=interval.low,
        high=interval.high,
        samples=len(best.samples),
        confidence=interval.confidence,
        method=(
            f"{conditions['network']} of random weights on random faces of {SIDE} × {SIDE};"
            f" onnxruntime {onnx_session.version()}, {conditions['provider']}, one thread for each"
            f" stream; wall time"
        ),
        conditions=conditions | best.figures() | {"variants": others},
    )
