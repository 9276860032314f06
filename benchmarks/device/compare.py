"""Prints what Gauger measures on an NVIDIA device beside PyTorch, in turns, in one process.

    python -m benchmarks.device.compare [--rounds 9] [--side 8192]

Needs a PyTorch that reaches the device. Both are timed by the device's own events; of PyTorch's
layouts the faster counts. Ratios are ours to the peer's: above 1 we are faster.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.device import peers

from gauger_probes.measure.backends.cuda.backend import open_backend
from gauger_probes.measure.backends.protocol import (
    DeviceLostError,
    Direction,
    Engine,
    Gallery,
    NotNativeError,
    Precision,
    Shape,
    Work,
)
from gauger_probes.measure.statistics import median_interval

#: Seconds of one turn, about; and of what goes before the first one that counts.
_TURN_S, _WARM_S = 0.1, 0.5
_COPY_BYTES = 1 << 30
_GALLERIES = (Gallery(1_000_000, 1), Gallery(1_000_000, 64))
_SEARCHED = (Precision.FP32, Precision.FP16)
_SEED = 20_260_115

HEAD = """\
| | peer | ours | peer's | ratio of a round, 95 % | ours is |
|---|---|--:|--:|---|---|
"""


@dataclass(frozen=True, slots=True)
class Raced:
    """``amount`` is what one repetition does, ``unit`` in what its rate is printed."""

    name: str
    amount: float
    scale: float
    unit: str

    def row(self, work: Work, peer: str, theirs: peers.Timed, rounds: int) -> str:
        """Race, and return the row."""
        ours_s, peer_s = _race(work.run, theirs, rounds)
        ratios = median_interval([b / a for a, b in zip(ours_s, peer_s, strict=True)])
        rates = [self.amount / min(each) / self.scale for each in (ours_s, peer_s)]
        return (
            f"| {self.name} | {peer} | {rates[0]:.4g} {self.unit} | {rates[1]:.4g}"
            f" | {ratios.median:.3f} [{ratios.low:.3f}, {ratios.high:.3f}] | {work.method} |"
        )


def main(words: list[str]) -> int:
    """Print the table; return the exit status."""
    import torch

    options = _parser().parse_args(words)
    engine = open_backend().engines()[0]
    sys.stdout.write(f"{dict(engine.properties())}\nPyTorch {torch.__version__}\n\n{HEAD}")
    for row in _rows(torch, engine, options):
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
        torch.cuda.empty_cache()
    return 0


def _rows(torch: Any, engine: Engine, options: argparse.Namespace) -> Iterator[str]:
    for precision in engine.precisions():
        yield from _guarded(precision.value, partial(_gemm, torch, engine, precision, options))
    yield from _guarded("copy", partial(_copy, torch, engine, options))
    for precision in _SEARCHED:
        for gallery in _GALLERIES:
            search = partial(_search, torch, engine, precision, gallery, options)
            yield from _guarded(f"search {precision}", search)


def _guarded(name: str, rows: Callable[[], Iterator[str]]) -> Iterator[str]:
    try:
        yield from rows()
    except (NotNativeError, DeviceLostError, LookupError, RuntimeError, MemoryError) as problem:
        yield f"| {name} | {problem} | | | | |"


def _gemm(
    torch: Any, engine: Engine, precision: Precision, options: argparse.Namespace
) -> Iterator[str]:
    shape = Shape(options.side, options.side, options.side)
    ways = peers.products(torch, precision, shape)
    name, theirs = min(ways.items(), key=lambda way: _once(way[1]))
    raced = Raced(f"{precision} {options.side}³", shape.operations, 1e12, f"T{precision.unit}")
    with _closing(engine.gemm(precision, shape, _SEED)) as work:
        yield raced.row(work, name, theirs, options.rounds)


def _copy(torch: Any, engine: Engine, options: argparse.Namespace) -> Iterator[str]:
    theirs = peers.copy(torch, _COPY_BYTES)
    raced = Raced("memory, read and written", 2 * _COPY_BYTES, 1e9, "GB/s")
    with _closing(engine.copy(Direction.WITHIN, _COPY_BYTES, _SEED)) as work:
        yield raced.row(work, "Tensor.copy_", theirs, options.rounds)


def _search(
    torch: Any,
    engine: Engine,
    precision: Precision,
    gallery: Gallery,
    options: argparse.Namespace,
) -> Iterator[str]:
    theirs = peers.search(torch, precision, gallery)
    name = f"search of {gallery.size:.0e}, {precision}, batch {gallery.batch}"
    raced = Raced(name, gallery.size * gallery.batch, 1e9, "10⁹/s")
    with _closing(engine.search(precision, gallery, _SEED)) as work:
        yield raced.row(work, "torch.matmul and torch.topk", theirs, options.rounds)


class _closing:  # noqa: N801  named as contextlib's
    def __init__(self, work: Work) -> None:
        self._work = work

    def __enter__(self) -> Work:
        self._work.run(1)
        self._work.check()
        return self._work

    def __exit__(self, *_: object) -> None:
        self._work.close()


def _race(
    ours: Callable[[int], float], theirs: Callable[[int], float], rounds: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of one repetition of each, round after round, who begins changing."""
    both = (ours, theirs)
    often = [max(1, round(_TURN_S / _once(each))) for each in both]
    for each in both:
        each(max(1, round(_WARM_S / _once(each))))
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            took[which].append(both[which](often[which]) / often[which])
    return took


def _once(run: Callable[[int], float]) -> float:
    run(1)
    return max(run(2) / 2, 1e-6)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.device.compare")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--side", type=int, default=8192)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
