"""Copies memory as Gauger does, once for each line on stdin; run by ``compare``.

    python -m benchmarks.bandwidth.copy BYTES PASSES

BYTES is the size of each of the two arrays.
"""

from __future__ import annotations

import sys

from gauger_probes.measure.bench import Bench
from gauger_probes.measure.copiers import Copiers


def main(words: list[str]) -> int:
    """Answer every line until there are no more."""
    array_bytes, passes = map(int, words)
    bench = Bench()
    with Copiers(array_bytes, bench.cpus, bench.generator) as copiers:
        copiers.copy(1)
        copiers.check(bench.generator)
        _say(f"ready {2 * copiers.array_bytes * passes}")
        for _ in sys.stdin:
            sample = copiers.copy(passes)
            _say(f"{sample.wall_s:.9f} {sample.cpu_s:.9f}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
