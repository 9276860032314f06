"""Prints how fast Gauger multiplies beside other libraries, each in a process of its own.

    python -m benchmarks.gemm.compare --peers /tmp/peers/bin/python [--onednn libdnnl.so.2]

The peers' Python has numpy, onnxruntime, mkl, openvino and torch (their wheels without CUDA) and
nvidia-ml-py and psutil; oneDNN is a file, such as Debian's libdnnl2 unpacked. Ours and a peer
take turns (``benchmarks/peer.py``). A ratio is the peer's time over ours: above 1 we are faster.
The ratio of CPU times beside it means something on a busy machine too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peer import race
from benchmarks.worker import Worker

from gauger_probes.measure.backends.protocol import Precision, Shape
from gauger_probes.run.process import ENVIRONMENT

NAMES = ("numpy", "onnxruntime", "mkl", "onednn", "openvino", "torch", "torch-onednn")
PRECISIONS = ("fp64", "fp32", "int8")
#: Seconds between two turns: OpenMP's threads spin for a fifth of a second when they are done.
_PAUSE_S = 0.25
#: Operations of one turn, at least: sending a line must not show, nor must waking up after the
#: pause, which takes a matrix unit as long as a product of 2048³ (4 ms).
_OPERATIONS = 2 * 2048**3
_TIMES = {Precision.FP64: 1, Precision.FP32: 2, Precision.FP16: 4}
_TIMES_OF_A_MATRIX_UNIT = 32
_HEAD = """\
{shape.m} × {shape.n} × {shape.k}, {rounds} rounds; ratios are ours to the peer's, above 1 we are \
faster.
Rates are those of the best repetition, in 10⁹ operations per second; those of CPU time, times the
CPUs, are what a machine that does nothing else would show.

| | peer | ours | peer's | ratio of a round, 95 % | ours, CPU time | peer's | ratio |
|---|---|--:|--:|---|--:|--:|--:|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One peer: best rates in 10⁹ operations per second, by wall and by CPU time, and the ratio.

    ``wall`` is the median of the rounds' ratios of wall time, with its interval.
    """

    precision: str
    peer: str
    ours: tuple[float, float]
    theirs: tuple[float, float]
    wall: float
    low: float
    high: float

    def text(self) -> str:
        """Return the row of the table."""
        return (
            f"| {self.precision} | {self.peer} | {self.ours[0]:.0f} | {self.theirs[0]:.0f} "
            f"| {self.wall:.2f} [{self.low:.2f}, {self.high:.2f}] "
            f"| {self.ours[1]:.0f} | {self.theirs[1]:.0f} | {self.ours[1] / self.theirs[1]:.2f} |"
        )


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return its exit status."""
    options = _parser().parse_args(arguments)
    shape = Shape(*options.shape)
    sys.stdout.write(_HEAD.format(shape=shape, rounds=options.rounds))
    for precision in options.precision:
        for row in rows(Precision(precision), shape, options):
            sys.stdout.write((row if isinstance(row, str) else row.text()) + "\n")
            sys.stdout.flush()
    return 0


def rows(precision: Precision, shape: Shape, options: argparse.Namespace) -> Iterator[Row | str]:
    """Yield a row for each peer, or why there is none."""
    times = _TIMES.get(precision, _TIMES_OF_A_MATRIX_UNIT)
    repetitions = max(1, round(times * _OPERATIONS / shape.operations))
    work = [precision.value, *map(str, (shape.m, shape.n, shape.k, repetitions))]
    files = [str(options.onednn)] if options.onednn else []
    try:
        command = [sys.executable, "-m", "benchmarks.gemm.multiply", "gauger", *work]
        ours = Worker(command, dict(os.environ) | ENVIRONMENT)
    except RuntimeError as problem:
        yield f"| {precision} | *ours: {problem}* | | | | | | |"
        return
    with ours:
        yield f"| {precision} | *ours: {ours.said}* | | | | | | |"
        for name in options.peer:
            command = [options.peers, "-m", "benchmarks.gemm.multiply", name, *work, *files]
            try:
                with Worker(command) as peer:
                    yield _row(precision, name, ours, peer, shape.operations * repetitions, options)
            except RuntimeError as problem:
                yield f"| {precision} | {name}: {problem} | | | | | | |"


def _row(
    precision: Precision,
    name: str,
    ours: Worker,
    peer: Worker,
    operations: int,
    options: argparse.Namespace,
) -> Row:
    ours.forget()
    found = race(ours, peer, options.rounds, _PAUSE_S).paired()
    return Row(
        precision=precision.value,
        peer=f"{name} ({peer.said})",
        ours=_rates(ours, operations),
        theirs=_rates(peer, operations),
        wall=1 / found.median,
        low=1 / found.high,
        high=1 / found.low,
    )


def _rates(worker: Worker, operations: int) -> tuple[float, float]:
    """Return the best rates by wall time and, with all CPUs as busy, by CPU time."""
    cpus = len(os.sched_getaffinity(0))
    return (
        operations / min(worker.wall_s) / 1e9,
        operations / min(worker.cpu_s) * cpus / 1e9,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gemm.compare")
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--onednn", type=Path, help="oneDNN's library, if not installed")
    parser.add_argument("--peer", nargs="*", default=NAMES, choices=NAMES)
    parser.add_argument("--precision", nargs="*", default=PRECISIONS, choices=list(Precision))
    parser.add_argument("--shape", nargs=3, type=int, default=(2048, 2048, 2048))
    parser.add_argument("--rounds", type=int, default=15)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
