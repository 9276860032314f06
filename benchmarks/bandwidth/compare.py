"""Prints the rate at which Gauger copies memory beside a compiled STREAM triad, in turns.

    python -m benchmarks.bandwidth.compare [--mib 384] [--rounds 15] [--cc gcc]

``triad.c`` is compiled for this processor; both tie one thread to each CPU, and both are set to
move the same bytes in a turn: the triad counts 24 for each element and the copy 16, and neither
counts what a cache reads before it writes. The ratio is ours to the triad's, in bytes per second.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.peer import race
from benchmarks.worker import Worker

from gauger_probes.run.process import ENVIRONMENT

_MIB = 1024 * 1024
_SOURCE = Path(__file__).with_name("triad.c")
_FLAGS = ("-O3", "-march=native", "-pthread")


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return its exit status."""
    options = _parser().parse_args(arguments)
    cpus = sorted(os.sched_getaffinity(0))
    # Three arrays move as much as two that are half as large again.
    array_bytes = options.mib * _MIB // 3
    bare = {name: value for name, value in ENVIRONMENT.items() if name != "GLIBC_TUNABLES"}
    with tempfile.TemporaryDirectory() as folder:
        triad = str(compiled(Path(folder), options.cc))
        with Worker([triad, str(array_bytes), str(options.passes), *map(str, cpus)]) as stream:
            for name, environment in (("as measured", ENVIRONMENT), ("no tunable", bare)):
                command = [sys.executable, "-m", "benchmarks.bandwidth.copy"]
                sizes = [str(array_bytes * 3 // 2), str(options.passes)]
                with Worker([*command, *sizes], environment) as ours:
                    sys.stdout.write(_compared(name, ours, stream, options.rounds) + "\n")
    return 0


def compiled(folder: Path, compiler: str) -> Path:
    """Compile the triad into ``folder`` and return the program."""
    program = folder / "triad"
    subprocess.run([compiler, *_FLAGS, str(_SOURCE), "-o", str(program)], check=True)
    return program


def _compared(name: str, ours: Worker, stream: Worker, rounds: int) -> str:
    ours.forget()
    stream.forget()
    paired = race(ours, stream, rounds).paired()
    per_byte = float(stream.said) / float(ours.said)
    rates = [float(each.said) / min(each.wall_s) / 1e9 for each in (ours, stream)]
    ratios = [1 / (each * per_byte) for each in (paired.median, paired.high, paired.low)]
    return (
        f"{name}: copy {rates[0]:.1f} GB/s, triad {rates[1]:.1f} GB/s (best of {rounds});"
        f" ratio of the best {rates[0] / rates[1]:.2f}, of a round {ratios[0]:.2f}"
        f" [{ratios[1]:.2f}, {ratios[2]:.2f}] at {paired.confidence:.1%} confidence"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bandwidth.compare")
    parser.add_argument("--mib", type=int, default=384, help="size of the triad's three arrays")
    parser.add_argument("--passes", type=int, default=2, help="passes over them in a turn")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--cc", default="cc", help="the compiler")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
