"""Measures the search of a gallery in every precision that the processors have."""

from __future__ import annotations

from collections.abc import Sequence

from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.plan import Window
from gauger_probes.measure.search import rate
from gauger_probes.measure.search.gallery import Gallery
from gauger_probes.measure.search.precisions import TRIED, way
from gauger_probes.result import Part

#: Name of the parts, before the precision.
_PART = "measure.gallerySearch"


def measure(
    window: Window, bench: Bench, search: rate.Search = Gallery.search
) -> tuple[Measurement | Part, ...]:
    """Measure comparisons per second within ``window``; one measurement for each precision.

    A precision that cannot be measured, or whose result is wrong, is a part that says why.
    """
    missing = lacking(bench)
    present = [precision for precision in TRIED if precision not in missing]
    taken: list[Measurement | Part] = []
    for precision, own in zip(present, _divided(window, len(present), bench), strict=True):
        taken.append(_taken(precision, own, bench, search))
    parts = (Part(_name(precision), Status.NOT_RUN, why) for precision, why in missing.items())
    return (*taken, *parts)


def lacking(bench: Bench) -> dict[Precision, str]:
    """Return the precisions that are not searched in here, and why."""
    return {precision: why for precision in TRIED if (why := _missing(precision, bench))}


def _missing(precision: Precision, bench: Bench) -> str | None:
    try:
        way(precision, bench)
    except NotNativeError as problem:
        return str(problem)
    return None


def _divided(window: Window, count: int, bench: Bench) -> Sequence[Window]:
    """Return equal windows one after the other, within what is left of ``window``."""
    begin_s = bench.stopwatch.wall()
    each_s = window.share_s(begin_s) / count
    return [Window.lasting(begin_s + at * each_s, each_s) for at in range(count)]


def _taken(
    precision: Precision, window: Window, bench: Bench, search: rate.Search
) -> Measurement | Part:
    try:
        return rate.measure(precision, window, bench, search)
    except (WrongResultError, MemoryError) as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return Part(_name(precision), Status.CRASHED, reason)
    except NotNativeError as problem:
        return Part(_name(precision), Status.NOT_RUN, str(problem))
    except ImportError as problem:
        return Part(_name(precision), Status.UNAVAILABLE, f"{problem.name or problem} is missing")


def _name(precision: Precision) -> str:
    return f"{_PART}.{precision}"
