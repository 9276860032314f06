"""Prints how fast libraries multiply from arrays that begin at a cache line, and from others.

    python -m benchmarks.gemm.alignment [--precision bf16] [--rounds 40] [--side 2048]

numpy's arrays begin at a multiple of 16 bytes. Both kinds take turns in one process that starts as
a probe does; the Python that runs it has the libraries (mkl, torch) that it is about.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np

from gauger_probes.measure import aligned
from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.cpu.table import Shelf
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape, Work
from gauger_probes.measure.bench import Bench
from gauger_probes.run.process import ENVIRONMENT

#: Bytes beyond a cache line at which the arrays begin.
_OFFSETS = (0, 16)
_HEAD = """\
| | at a cache line, 10⁹/s | 16 bytes beyond, 10⁹/s | ratio |
|---|--:|--:|--:|
"""


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gemm.alignment")
    parser.add_argument("--precision", nargs="*", default=["bf16"], choices=list(Precision))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--side", type=int, default=2048)
    asked = parser.parse_args(arguments)
    sys.stdout.write(_HEAD)
    for precision in map(Precision, asked.precision):
        for row in _rows(precision, Shape(asked.side, asked.side, asked.side), asked.rounds):
            sys.stdout.write(row + "\n")
    return 0


def _rows(precision: Precision, shape: Shape, rounds: int) -> Iterator[str]:
    for library in Shelf(Bench()).offering(precision, heavy=True):
        try:
            works = [_prepared(library, precision, shape, offset) for offset in _OFFSETS]
        except NotNativeError as problem:
            yield f"| {precision}, {library.name}: {problem} | | | |"
            continue
        taken = [[work.run(1) for work in works] for _ in range(rounds)]
        rates = [
            shape.operations / statistics.median(each) / 1e9 for each in zip(*taken, strict=True)
        ]
        line, beyond = rates
        yield f"| {precision}, {library.name} | {line:.0f} | {beyond:.0f} | {line / beyond:.2f} |"


def _prepared(library: Library, precision: Precision, shape: Shape, offset: int) -> Work:
    """Return a product whose arrays begin ``offset`` bytes beyond a cache line."""

    def empty(sides: tuple[int, ...], dtype: np.dtype[np.generic]) -> np.ndarray:
        kind = np.dtype(dtype)
        wide = plainly((int(np.prod(sides)) * kind.itemsize + aligned.LINE,), np.uint8)
        end = offset + int(np.prod(sides)) * kind.itemsize
        return wide[offset:end].view(kind).reshape(sides)

    plainly = aligned.empty
    with patch.object(aligned, "empty", empty):
        work = library.gemm(precision, shape, seed=1)
    work.run(1)
    work.check()
    return work


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        os.execve(  # noqa: S606 - libraries read it when they load, which is before main
            sys.executable,
            [sys.executable, "-m", "benchmarks.gemm.alignment", *sys.argv[1:]],
            {**os.environ, **ENVIRONMENT},
        )
    sys.exit(main(sys.argv[1:]))
