"""How many templates a second the processors compare with in one precision: exact, brute force.

A comparison is one inner product of 512 numbers. Queries come one at a time and in batches; the
fastest batch is the result. A search that compares with every template takes twice as long for
twice as many, from which times for galleries of 10⁶ and 10⁷ are derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure import blas, onnx_session
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.conditions import Watch
from gauger_probes.measure.plan import Window
from gauger_probes.measure.sampling import Sample, busy, sample_in_turns, timed, warm_up
from gauger_probes.measure.search.check import check
from gauger_probes.measure.search.gallery import Gallery, K
from gauger_probes.measure.search.precisions import Way, unit, way
from gauger_probes.measure.search.size import Pace, beyond_caches, largest, wanted
from gauger_probes.measure.search.templates import DIMENSIONS, Array, Ids, queries_like
from gauger_probes.measure.search.top import Hits
from gauger_probes.measure.search.variant import DERIVED, Variant, fastest

#: The trial that tells how large a gallery there is time for: templates of each CPU, queries, and
#: how often they are searched for.
_TRIAL, _TRIAL_QUERIES, _TRIAL_SEARCHES = 2048, 64, 3
#: Part of the share after which the trial is not repeated.
_TRIAL_SHARE = 0.02
#: Part of the share that one search may take, and that preparing may take.
_REPETITION, _PREPARATION = 1 / 12, 0.5

#: Returns the best of the gallery for each query.
Search: TypeAlias = Callable[[Gallery, Array], Hits]


def measure(
    precision: Precision, window: Window, bench: Bench, search: Search = Gallery.search
) -> Measurement:
    """Measure comparisons per second (1/s) in ``precision`` within ``window``.

    The best batch (by its median) is the result; the others lie under ``conditions.variants``.

    Raises:
        NotNativeError: the processors lack the precision, or what is at hand does not search in it.
        WrongResultError: a search found the wrong templates.
        MemoryError: there is no memory for the gallery.
        ImportError: what the precision is computed with is missing.
    """
    how = way(precision, bench.roots)
    began_s = bench.stopwatch.wall()
    share_s = window.share_s(began_s)
    pace = _pace(how, share_s, bench, search)
    bench.tick()
    size = wanted(precision, how.bytes_each, pace, share_s, bench)
    with Gallery(how.make, size, bench.cpus, bench.generator) as gallery:
        bench.tick()
        until_s = began_s + _PREPARATION * share_s
        longest_s = _REPETITION * share_s
        batches = [
            batch
            for batch in how.batches
            if batch == 1 or batch * gallery.size * pace.search_s <= longest_s
        ]
        trials = list(_trials(batches, gallery, until_s, bench, search))
        with Watch(bench.roots, bench.cpus) as watch:
            series = sample_in_turns(trials, window, bench.stopwatch, bench.tick)
        size = gallery.size
    cpus = len(bench.cpus)
    variants = [
        Variant(batch, size, cpus, samples) for batch, samples in zip(batches, series, strict=True)
    ]
    seen = watch.conditions(busy(fastest(variants).samples, cpus))
    return _measurement(precision, how, variants, seen | _setting(precision, size, bench))


def _pace(how: Way, share_s: float, bench: Bench, search: Search) -> Pace:
    """Return what a template costs, from a gallery that is small enough for any machine."""
    now = bench.stopwatch.wall
    begin_s = now()
    with Gallery(how.make, _TRIAL * len(bench.cpus), bench.cpus, bench.generator) as gallery:
        filled_s = now() - begin_s
        trial = _trial(_TRIAL_QUERIES, gallery, bench, search)
        # The best, since whoever disturbs the trial would make the measurement smaller.
        took_s = trial().wall_s
        for _ in range(_TRIAL_SEARCHES - 1):
            if took_s < _TRIAL_SHARE * share_s:
                took_s = min(took_s, trial().wall_s)
        return Pace(filled_s / gallery.size, took_s / (gallery.size * _TRIAL_QUERIES))


def _trials(
    batches: Sequence[int], gallery: Gallery, until_s: float, bench: Bench, search: Search
) -> Iterator[Callable[[], Sample]]:
    for batch in batches:
        trial = _trial(batch, gallery, bench, search)
        warm_up(trial, until_s, bench.stopwatch)
        bench.tick()
        yield trial


def _trial(batch: int, gallery: Gallery, bench: Bench, search: Search) -> Callable[[], Sample]:
    """Return a search for ``batch`` queries, its result checked once."""
    own = _places(batch, gallery.size, bench.generator)
    vectors = queries_like(gallery.rows(own), bench.generator)
    queries = gallery.queries(vectors)
    check(gallery, queries, own, search(gallery, queries), bench.generator)
    return lambda: timed(lambda: search(gallery, queries), bench.stopwatch)


def _places(count: int, size: int, generator: np.random.Generator) -> Ids:
    """Return one random place in each of ``count`` equal stretches of ``size``."""
    edges = np.arange(count + 1, dtype=np.int64) * size // count
    return generator.integers(edges[:-1], np.maximum(edges[1:], edges[:-1] + 1))


def _setting(precision: Precision, size: int, bench: Bench) -> dict[str, JsonValue]:
    return {
        "gallerySize": size,
        "beyondCaches": size >= beyond_caches(precision, bench),
        "dimensions": DIMENSIONS,
        "k": K,
        "derived": DERIVED,
        "largestGallery": largest(bench.roots),
        "cpus": len(bench.cpus),
        "unit": unit(precision, bench.roots),
        "library": _library(precision),
    }


def _library(precision: Precision) -> JsonValue:
    if precision is Precision.FP32:
        found = blas.find()
        return {"name": found.name, "version": found.version, "kernel": found.kernel}
    return {"name": "onnxruntime", "version": onnx_session.version(), "kernel": None}


def _measurement(
    precision: Precision, how: Way, variants: Sequence[Variant], seen: dict[str, JsonValue]
) -> Measurement:
    best = fastest(variants)
    interval = best.interval()
    others: list[JsonValue] = [each.summary() for each in variants if each is not best]
    one_face = next(each for each in variants if each.batch == 1)
    return Measurement(
        quantity="gallerySearch",
        precision=precision.value,
        unit="1/s",
        median=interval.median,
        low=interval.low,
        high=interval.high,
        samples=len(best.samples),
        confidence=interval.confidence,
        method=(
            f"exact top {K} by inner product of all random unit vectors of {DIMENSIONS};"
            f" {how.method}, one thread on each CPU; wall time"
        ),
        conditions=seen | best.figures() | one_face.milliseconds() | {"variants": others},
    )
