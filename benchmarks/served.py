"""A program that ``benchmarks.worker`` runs: says that it is ready, then works by the line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from gauger_probes.measure.sampling import Stopwatch, timed


def serve(said: object, work: Callable[[], object]) -> None:
    """Say ``said`` as JSON, then ``work`` once for each line of standard input."""
    _say(f"ready {json.dumps(said)}")
    stopwatch = Stopwatch()
    for _ in sys.stdin:
        took = timed(work, stopwatch)
        _say(f"{took.wall_s} {took.cpu_s}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
