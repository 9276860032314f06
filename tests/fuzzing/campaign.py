"""Runs many hostile inputs and counts how they ended; every one can be made again by its number."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from fuzzing.targets import TARGETS, FalseAcceptError

#: CPU seconds that one input may take. The slowest honest one takes a hundredth of it.
LIMIT_S = 5.0


@dataclass
class Tally:
    """What became of the inputs of one target; ``slowest_s`` is CPU time of one input."""

    inputs: int = 0
    accepted: int = 0
    false_accepts: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def merge(self, other: Tally) -> None:
        """Add what ``other`` counted."""
        self.inputs += other.inputs
        self.accepted += other.accepted
        self.false_accepts += other.false_accepts
        self.crashes += other.crashes
        self.slowest_s = max(self.slowest_s, other.slowest_s)


def plan(inputs: int) -> Iterator[tuple[str, int]]:
    """Yield the target and number of each of ``inputs`` inputs, in the proportions of TARGETS."""
    turns = [name for name, (_, share) in TARGETS.items() for _ in range(share)]
    for number in range(inputs):
        yield turns[number % len(turns)], number


def run(seed: str, work: Sequence[tuple[str, int]]) -> dict[str, Tally]:
    """Return what became of ``work``, by target."""
    tallies = {name: Tally() for name in TARGETS}
    for name, number in work:
        _one(tallies[name], name, f"{seed}:{name}:{number}")
    return tallies


def _one(tally: Tally, name: str, seed: str) -> None:
    target = TARGETS[name][0]
    tally.inputs += 1
    began_s = time.process_time()
    try:
        tally.accepted += target(Random(seed))  # noqa: S311 - repeatable, not secret
    except FalseAcceptError as problem:
        tally.false_accepts.append(f"{seed}: {problem}")
    except Exception as problem:
        tally.crashes.append(f"{seed}: {type(problem).__name__}: {problem}"[:300])
    tally.slowest_s = max(tally.slowest_s, time.process_time() - began_s)


def peak_memory_mib() -> float:
    """Return the most memory that this process has held, in MiB (getrusage(2))."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
