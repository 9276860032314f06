"""A row of a table that compares ours with a peer: rates and ratios, by wall and by CPU time."""

from __future__ import annotations

import os
from dataclasses import dataclass

from benchmarks.peer import race
from benchmarks.worker import Worker

#: Seconds between two turns: threads may spin for a fifth of a second when they are done.
_PAUSE_S = 0.25

HEAD = """\
Ratios are ours to the peer's, above 1 we are faster. Rates are those of the best repetition; those
of CPU time, times the CPUs, are what a machine that does nothing else would show.

| | {unit} ours | peer's | ratio of a round, 95 % | ours, CPU time | peer's | ratio | |
|---|--:|--:|---|--:|--:|--:|---|
"""


@dataclass(frozen=True, slots=True)
class Raced:
    """Ours and the peer's, after ``rounds`` turns of ``work`` pieces each."""

    ours: Worker
    peer: Worker
    work: float
    rounds: int

    def row(self, name: str, note: str) -> str:
        """Race, and return the row."""
        self.ours.forget()
        self.peer.forget()
        paired = race(self.ours, self.peer, self.rounds, _PAUSE_S).paired()
        ours, theirs = self._rates(self.ours), self._rates(self.peer)
        return (
            f"| {name} | {ours[0]:.4g} | {theirs[0]:.4g}"
            f" | {1 / paired.median:.2f} [{1 / paired.high:.2f}, {1 / paired.low:.2f}]"
            f" | {ours[1]:.4g} | {theirs[1]:.4g} | {ours[1] / theirs[1]:.2f} | {note} |"
        )

    def _rates(self, worker: Worker) -> tuple[float, float]:
        cpus = len(os.sched_getaffinity(0))
        return self.work / min(worker.wall_s), self.work / min(worker.cpu_s) * cpus
