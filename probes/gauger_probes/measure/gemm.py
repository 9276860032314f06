"""How fast the processors multiply dense matrices, by the fastest library that the machine has.

Operations are counted as 2 m n k for an m × k by k × n product (a multiplication and an addition
each), whatever the library really does. The rate is of wall time; beside it stand the best
repetition and the rate of CPU time, which say more where the machine was shared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.cpu.trial import Choice, Tried, choose, refuse_converted
from gauger_probes.measure.backends.cpu.units import widest
from gauger_probes.measure.backends.protocol import Precision, Shape, Work
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance
from gauger_probes.measure.conditions import Watch
from gauger_probes.measure.plan import MIN_SAMPLES, Window
from gauger_probes.measure.sampling import Sample, busy, sample_in_turns, timed, warm_up
from gauger_probes.measure.statistics import series_interval

#: Shapes by rising work, because the best one differs from machine to machine: cubes, and the
#: skewed ones of a few rows or a short inner side. How many are tried depends on time and memory.
SHAPES = (
    Shape(512, 512, 512),
    Shape(1024, 1024, 1024),
    Shape(1024, 4096, 512),
    Shape(2048, 2048, 2048),
    Shape(4096, 1024, 4096),
    Shape(4096, 4096, 4096),
)
#: Shapes for machines with no memory for the first of ``SHAPES``.
_SMALLER = (Shape(256, 256, 256), Shape(128, 128, 128))
#: One repetition takes at most this part of the share, so that six of each shape fit with room.
_REPETITION = 1 / 12
#: Filling, checking and warming up take at most this part of the share, of which choosing the
#: library may take the second.
_PREPARATION, _CHOICE = 0.4, 0.15
#: Libraries that came this close to the fastest in the trial are sampled beside it: which of two is
#: the faster changes from trial to trial.
_FINALIST = 0.75
#: Seconds that a sample takes at least: shapes take turns, and one short product by itself shows
#: how long threads, caches and a matrix unit take to wake up.
_SAMPLE_S = 0.015


@dataclass(frozen=True, slots=True)
class Means:
    """What to multiply with: libraries, the processor's flags, and who is asked for fp32.

    ``fp32`` is the yardstick for a precision that a library may convert; ``None``: it is trusted.
    """

    libraries: Sequence[Library]
    isa: Collection[str] = ()
    fp32: Library | None = None


def measure(precision: Precision, window: Window, bench: Bench, means: Means) -> Measurement:
    """Measure the rate of multiplication within ``window``, in FLOP/s (OP/s for integers).

    The fastest shape (by its median) is the result; the others lie under ``conditions.shapes``.

    Raises:
        NotNativeError: no library multiplies it, or the fastest only converts.
        WrongResultError: a product is wrong.
        MemoryError: not even the smallest matrices could be allocated.
    """
    share_s = window.share_s(bench.stopwatch.wall())
    limit_s = _CHOICE * share_s
    choice = choose(means.libraries, precision, limit_s, bench)
    if means.fp32 is not None:
        refuse_converted(choice, precision, means.fp32, limit_s, bench)
    refused = dict(choice.refused)
    prepared = list(_all_prepared(choice, precision, window, bench, refused))
    with Watch(bench.roots, bench.cpus) as watch:
        trials = [partial(each.trial, bench) for each in prepared]
        series = sample_in_turns(trials, window, bench.stopwatch, bench.tick)
    shapes = [_Sampled(each, taken) for each, taken in zip(prepared, series, strict=True)]
    best = _fastest(shapes)
    library = best.prepared.library
    spent = busy(best.samples, library.threads)
    unit = widest(precision, means.isa)
    conditions = watch.conditions(spent) | {
        "shape": best.sides(),
        "best": best.best(),
        "productsPerSample": best.prepared.times,
        "cpuTimeRate": spent.rate(best.operations * len(best.samples)),
        "shapes": [shape.summary() for shape in shapes if shape is not best],
        "cpus": len(bench.cpus),
        "unit": None if unit is None else unit.described(),
        **_libraries(library, choice, refused),
    }
    return _measurement(precision, best, conditions)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A shape that is ready; ``times`` products are one sample."""

    library: Library
    shape: Shape
    work: Work
    times: int = 1

    def trial(self, bench: Bench) -> Sample:
        """Take a sample."""
        return timed(lambda: self.work.run(self.times), bench.stopwatch)


@dataclass(frozen=True, slots=True)
class _Sampled:
    """Repetitions of one shape."""

    prepared: _Prepared
    samples: tuple[Sample, ...]

    @property
    def operations(self) -> int:
        """Of one sample."""
        return self.prepared.shape.operations * self.prepared.times

    def rates(self) -> list[float]:
        return [self.operations / sample.wall_s for sample in self.samples]

    def best(self) -> float:
        return max(self.rates())

    def sides(self) -> dict[str, JsonValue]:
        shape = self.prepared.shape
        return {"m": shape.m, "n": shape.n, "k": shape.k}

    def summary(self) -> JsonValue:
        return self.sides() | {
            "library": self.prepared.library.name,
            "median": series_interval(self.rates()).median,
            "best": self.best(),
            "samples": len(self.samples),
            "productsPerSample": self.prepared.times,
        }


def _measurement(
    precision: Precision, best: _Sampled, conditions: dict[str, JsonValue]
) -> Measurement:
    interval = series_interval(best.rates())
    return Measurement(
        quantity="gemm",
        precision=precision.value,
        unit=precision.unit,
        median=interval.median,
        low=interval.low,
        high=interval.high,
        samples=len(best.samples),
        confidence=interval.confidence,
        method=f"{best.prepared.work.method}; standard-normal data, 2 m n k operations, wall time",
        conditions=conditions,
    )


def _libraries(
    library: Library, choice: Choice, refused: Mapping[str, str]
) -> dict[str, JsonValue]:
    """Return which library was used, and how all did on the shape of the trial."""
    tried: list[JsonValue] = [_described(each) for each in (choice.best, *choice.beaten)]
    found: dict[str, JsonValue] = {
        "library": {"name": library.name, **library.properties()},
        "tried": tried,
    }
    return found | ({"refused": dict(refused)} if refused else {})


def _described(tried: Tried) -> JsonValue:
    shape = tried.shape
    return {
        "name": tried.library.name,
        "best": tried.rate,
        "m": shape.m,
        "n": shape.n,
        "k": shape.k,
    }


def _all_prepared(
    choice: Choice,
    precision: Precision,
    window: Window,
    bench: Bench,
    refused: dict[str, str],
) -> Iterator[_Prepared]:
    """Yield the shapes of the fastest library of the trial, then of those that came close."""
    largest, least = choice.best.shape, _FINALIST * choice.best.rate
    close = [each for each in choice.beaten if each.shape == largest and each.rate >= least]
    finalists = [each.library for each in (choice.best, *close)]
    share_s = window.share_s(bench.stopwatch.wall()) / len(finalists)
    for library in finalists:
        try:
            yield from _prepared(library, precision, share_s, bench)
        except Exception as problem:  # foreign code: the fastest must not fail, another may
            if library is choice.best.library:
                raise
            refused[library.name] = f"{type(problem).__name__}: {problem}"


def _prepared(
    library: Library, precision: Precision, share_s: float, bench: Bench
) -> Iterator[_Prepared]:
    """Yield shapes, warmed up, as long as the next is foreseen to fit the time and the memory."""
    now = bench.stopwatch.wall
    until_s = now() + _PREPARATION * share_s
    room = allowance(bench.roots)
    shapes = _shapes(library, precision, room)
    for shape, larger in zip(shapes, (*shapes[1:], None), strict=True):
        setup_s = now()
        try:
            prepared = _checked(library, precision, shape, bench)
        except MemoryError:
            if shape == shapes[0]:
                raise
            return
        setup_s = now() - setup_s
        repetition_s = warm_up(partial(prepared.trial, bench), until_s, bench.stopwatch).wall_s
        bench.tick()
        yield replace(prepared, times=_times(repetition_s, share_s))
        room -= library.room_bytes(precision, shape)
        if larger is None or library.room_bytes(precision, larger) > room:
            return
        elements = library.room_bytes(precision, larger) / library.room_bytes(precision, shape)
        repetition_s *= larger.operations / shape.operations
        ready_s = now() + elements * setup_s + 2 * repetition_s
        if repetition_s > _REPETITION * share_s or ready_s > until_s:
            return


def _checked(library: Library, precision: Precision, shape: Shape, bench: Bench) -> _Prepared:
    """Return a repetition over new random matrices, its product checked once."""
    work = library.gemm(precision, shape, bench.seed())
    work.run(1)
    work.check()
    return _Prepared(library, shape, work)


def _times(repetition_s: float, share_s: float) -> int:
    """Return how many products last for ``_SAMPLE_S``, where the share has the time."""
    return max(1, int(min(_SAMPLE_S, _REPETITION * share_s) / max(repetition_s, 1e-9)))


def _shapes(library: Library, precision: Precision, room: int) -> tuple[Shape, ...]:
    """Return the shapes to try, upwards, where there are ``room`` bytes."""
    if library.room_bytes(precision, SHAPES[0]) <= room:
        return SHAPES
    fitting = (shape for shape in _SMALLER if library.room_bytes(precision, shape) <= room)
    return (next(fitting, _SMALLER[-1]),)


def _fastest(shapes: list[_Sampled]) -> _Sampled:
    """Return the shape of the highest median, of those with enough samples to have one."""
    enough = [shape for shape in shapes if len(shape.samples) >= MIN_SAMPLES] or shapes
    return max(enough, key=lambda shape: series_interval(shape.rates()).median)
