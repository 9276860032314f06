"""How many templates a second the processors compare with in one precision: exact, brute force.

A comparison is one inner product of 512 numbers. Queries come one at a time and in batches; the
fastest batch is the result. A search that compares with every template takes twice as long for
twice as many, from which times for galleries of 10⁶ and 10⁷ are derived.

One face at a time waits for memory, so that its gallery must miss the caches, whatever it takes. A
batch reads a template once for all its queries and waits for arithmetic: where the whole gallery
would take it too long, it searches the front of it, and says how much (``gallerySize``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.conditions import Watch
from gauger_probes.measure.plan import Window
from gauger_probes.measure.sampling import Sample, busy, sample_in_turns, timed, warm_up
from gauger_probes.measure.search.check import check
from gauger_probes.measure.search.gallery import Gallery, K, filled
from gauger_probes.measure.search.precisions import Way, refuse_conversion, unit, way
from gauger_probes.measure.search.size import Pace, beyond_caches, largest, wanted
from gauger_probes.measure.search.templates import DIMENSIONS, Array, Ids, queries_like
from gauger_probes.measure.search.top import Hits
from gauger_probes.measure.search.variant import DERIVED, Variant, fastest

#: The trial that tells how large a gallery there is time for: templates of each CPU, and how often
#: they are searched for.
_TRIAL, _TRIAL_SEARCHES = 2048, 3
#: Part of the share after which the trial is not repeated.
_TRIAL_SHARE = 0.02
#: Parts of the share: what one search may take at most, what it takes if it is cut to measure, what
#: preparing may take, and the proof that a precision is not converted.
_REPETITION, _CUT, _PREPARATION, _PROOF = 1 / 12, 1 / 48, 0.5, 0.1

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
    how = way(precision, bench)
    began_s = bench.stopwatch.wall()
    share_s = window.share_s(began_s)
    refuse_conversion(precision, _PROOF * share_s, bench)
    pace = _pace(how, share_s, bench, search)
    bench.tick()
    size = wanted(precision, how.bytes_each, pace, share_s, bench)
    with filled(how.make, size, bench.cpus, bench.generator) as gallery:
        bench.tick()
        until_s = began_s + _PREPARATION * share_s
        limit_s = _CUT * share_s
        searched = {
            batch: _front(gallery, batch, each_s, limit_s, bench, search)
            for batch, each_s in pace.search_s.items()
        }
        trials = list(_trials(searched, until_s, bench, search))
        with Watch(bench.roots, bench.cpus) as watch:
            series = sample_in_turns(trials, window, bench.stopwatch, bench.tick)
    cpus, beyond = len(bench.cpus), beyond_caches(precision, bench)
    variants = [
        Variant(batch, front.size, front.size >= beyond, cpus, samples)
        for (batch, front), samples in zip(searched.items(), series, strict=True)
    ]
    seen = watch.conditions(busy(fastest(variants).samples, cpus))
    return _measurement(precision, how, variants, seen | _setting(precision, how, bench))


def _pace(how: Way, share_s: float, bench: Bench, search: Search) -> Pace:
    """Return what a template costs, from a gallery that is small enough for any machine.

    Larger batches than there is time for are not in it.
    """
    now = bench.stopwatch.wall
    begin_s = now()
    with filled(how.make, _TRIAL * len(bench.cpus), bench.cpus, bench.generator) as gallery:
        fill_s = (now() - begin_s) / gallery.size
        found: dict[int, float] = {}
        for batch in how.batches:
            # A larger batch takes no longer for a query than the one before it.
            foreseen_s = min(found.values(), default=0.0) * batch * gallery.size
            if foreseen_s <= _REPETITION * share_s:
                took_s = _best(_trial(batch, gallery, bench, search), share_s)
                found[batch] = took_s / (gallery.size * batch)
        return Pace(fill_s, found)


def _best(trial: Callable[[], Sample], share_s: float) -> float:
    """Return the seconds of the best, since whoever disturbs it would make the gallery smaller."""
    took_s = trial().wall_s
    for _ in range(_TRIAL_SEARCHES - 1):
        if took_s < _TRIAL_SHARE * share_s:
            took_s = min(took_s, trial().wall_s)
    return took_s


def _front(
    gallery: Gallery, batch: int, each_s: float, limit_s: float, bench: Bench, search: Search
) -> Gallery:
    """Return how much of ``gallery`` a batch searches in ``limit_s``; one face searches it all.

    ``each_s`` is of a gallery so small that selecting took much of it, and a template costs less.
    """
    if batch == 1 or batch * gallery.size * each_s <= limit_s:
        return gallery
    least = _TRIAL * len(gallery.parts)
    guess = gallery.front(max(int(limit_s / (batch * each_s)), least))
    took_s = _trial(batch, guess, bench, search)().wall_s
    return gallery.front(max(int(guess.size * limit_s / took_s), least))


def _trials(
    searched: Mapping[int, Gallery], until_s: float, bench: Bench, search: Search
) -> Iterator[Callable[[], Sample]]:
    for batch, gallery in searched.items():
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


def _setting(precision: Precision, how: Way, bench: Bench) -> dict[str, JsonValue]:
    return {
        "dimensions": DIMENSIONS,
        "k": K,
        "derived": DERIVED,
        "largestGallery": largest(bench.roots),
        "cpus": len(bench.cpus),
        "unit": unit(precision, bench.roots),
        "library": how.library(),
    }


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
