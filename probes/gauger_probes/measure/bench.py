"""What every measurement is given: the machine, its CPUs, randomness, clocks, someone to tell."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gauger_probes.measure.sampling import Stopwatch
from gauger_probes.roots import Roots


def _own_cpus() -> tuple[int, ...]:
    return tuple(sorted(os.sched_getaffinity(0)))


@dataclass(frozen=True, slots=True)
class Bench:
    """``cpus`` are those that this process may run on; ``tick`` is called between repetitions.

    ``generator`` makes the data: multiplying and moving zeros takes less power and so less time.
    """

    roots: Roots = field(default_factory=Roots)
    cpus: tuple[int, ...] = field(default_factory=_own_cpus)
    generator: np.random.Generator = field(default_factory=np.random.default_rng)
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    tick: Callable[[], None] = lambda: None

    def seed(self) -> int:
        """Return a number from ``generator`` to make other data with."""
        return int(self.generator.integers(2**63))
