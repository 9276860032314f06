"""Which library multiplies a precision fastest here, and whether it does without converting.

Small products first, so that a library which only emulates a precision (a loop at half a GFLOP/s)
costs milliseconds; larger ones as long as those foreseen fit the time. The fastest repetition
counts, since work of others only ever slows one down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.capacity import allowance
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.sampling import timed

#: The shapes tried, each much more work than the one before.
RUNGS = tuple(Shape(side, side, side) for side in (128, 512, 1024, 2048))
#: Repetitions that are timed on each, after one that is checked; quick ones are repeated for this
#: part of the time, so that a thread which was kept waiting once decides nothing.
_REPETITIONS, _MOST_REPETITIONS, _LINGER = 4, 50, 1 / 20
#: Libraries below this part of the fastest one's rate are not tried on a larger shape. On the first
#: one, and where the fastest takes less than these seconds, starting threads costs more than
#: multiplying, and it is enough to be quick at all: on AMX, PyTorch has half of oneMKL's rate in
#: bf16 at 512³, and at 2048³ a quarter more.
_CLOSE, _BRISK_S = 0.5, 1e-3
#: A unit of half the width multiplies at least twice as many; a library that converts reaches at
#: most the rate of fp32. Between the two there is room for a busy machine.
CONVERTED_BELOW = 1.25


@dataclass(frozen=True, slots=True)
class Tried:
    """A library's best rate, in operations per second, on the largest shape that it was given."""

    library: Library
    shape: Shape
    rate: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The fastest library, the others, and by name why some could not be tried."""

    best: Tried
    beaten: tuple[Tried, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def choose(
    libraries: Sequence[Library], precision: Precision, limit_s: float, bench: Bench
) -> Choice:
    """Return the fastest of ``libraries`` for ``precision``, found in about ``limit_s`` seconds.

    Raises:
        NotNativeError: none of them multiplies it.
        WrongResultError: all that multiply it do so wrongly.
        Exception: what a library raised, where no other is left: MemoryError, or its own.
    """
    refused: dict[str, Exception] = {}
    tried: dict[str, Tried] = {}
    running: Sequence[Library] = libraries
    for shape in RUNGS:
        runs = [_run(library, precision, shape, limit_s, bench, refused) for library in running]
        now = [each for each in runs if each is not None]
        tried |= {each.library.name: each for each in now}
        running = _worth_more(now, precision, shape, limit_s, allowance(bench.roots))
        if not running:
            break
    if not tried:
        raise _gravest(refused)
    largest = max(each.shape.operations for each in tried.values())
    final = [each for each in tried.values() if each.shape.operations == largest]
    best = max(final, key=lambda each: each.rate)
    beaten = tuple(each for each in tried.values() if each is not best)
    reasons = {name: f"{type(why).__name__}: {why}" for name, why in refused.items()}
    return Choice(best, beaten, reasons)


def refuse_converted(
    choice: Choice, precision: Precision, fp32: Library, limit_s: float, bench: Bench
) -> None:
    """Compare the chosen library's rate with that of ``fp32``, which gets as long on its shape.

    Raises:
        NotNativeError: it is no faster, as a library is that converts.
    """
    best = choice.best
    plain = _timed(fp32, Precision.FP32, best.shape, limit_s, bench)
    if best.rate < CONVERTED_BELOW * plain.rate:
        raise NotNativeError(
            f"not native: {best.library.name} multiplies {precision} at"
            f" {best.rate / plain.rate:.2g} of the rate of fp32, as one does that converts"
        )


def _run(
    library: Library,
    precision: Precision,
    shape: Shape,
    limit_s: float,
    bench: Bench,
    refused: dict[str, Exception],
) -> Tried | None:
    try:
        return _timed(library, precision, shape, limit_s, bench)
    except Exception as problem:  # foreign code: whatever it raises costs itself alone
        # What ran before and has no room for more keeps its figure.
        refused[library.name] = problem
        return None


def _timed(
    library: Library, precision: Precision, shape: Shape, limit_s: float, bench: Bench
) -> Tried:
    work = library.gemm(precision, shape, bench.seed())
    now = bench.stopwatch.wall
    began_s = now()
    work.run(1)
    work.check()
    taken: list[float] = []
    while not taken or _again(len(taken), now() - began_s, limit_s):
        taken.append(timed(lambda: work.run(1), bench.stopwatch).wall_s)
    bench.tick()
    return Tried(library, shape, shape.operations / max(min(taken), 1e-9))


def _again(count: int, spent_s: float, limit_s: float) -> bool:
    """Return whether to repeat once more after ``count`` repetitions in ``spent_s`` seconds."""
    if count < _REPETITIONS:
        return spent_s < limit_s
    return count < _MOST_REPETITIONS and spent_s < _LINGER * limit_s


def _worth_more(
    now: Sequence[Tried], precision: Precision, shape: Shape, limit_s: float, room: int
) -> list[Library]:
    """Return the libraries to try on the next shape; none if time or memory is not there."""
    larger = next((rung for rung in RUNGS if rung.operations > shape.operations), None)
    if not now or larger is None:
        return []
    fastest = max(each.rate for each in now)
    brisk = shape == RUNGS[0] or shape.operations / fastest < _BRISK_S
    least = 0.0 if brisk else _CLOSE * fastest
    most_s = limit_s / len(now)
    return [
        each.library
        for each in now
        if each.rate >= least
        and (_REPETITIONS + 1) * larger.operations / each.rate <= most_s
        and each.library.room_bytes(precision, larger) <= room
    ]


def _gravest(refused: Mapping[str, Exception]) -> Exception:
    """Return what to raise when no library is left: what only lacks the precision comes last."""
    failed = [each for each in refused.values() if not isinstance(each, NotNativeError)]
    for problem in failed:
        if isinstance(problem, WrongResultError):
            return problem
    if failed:
        return failed[0]
    return NotNativeError("; ".join(map(str, refused.values())) or "no library multiplies it here")
