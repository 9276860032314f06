"""Times two pieces of work against each other and prints the ratio of their medians.

They take turns, and who goes first changes every round, so that a machine which warms up or
slows down treats them alike. The interval is on the median of the ratios within a round, from
order statistics: it needs no distribution and no resampling.

    python benchmarks/peer.py --rounds 15 'gauger verify A.gauger.json' 'cosign verify-blob …'
"""

from __future__ import annotations

import argparse
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from gauger_probes.host.cpu import read as read_processors
from gauger_probes.measure.statistics import MedianInterval, median_interval
from gauger_probes.roots import Roots


@dataclass(frozen=True, slots=True)
class Race:
    """Seconds of each round, ours and the peer's."""

    ours_s: tuple[float, ...]
    peer_s: tuple[float, ...]

    def ratio(self) -> float:
        """Return our median over the peer's; below 1 we are faster."""
        return statistics.median(self.ours_s) / statistics.median(self.peer_s)

    def paired(self) -> MedianInterval:
        """Return the median of the rounds' own ratios with its interval."""
        pairs = zip(self.ours_s, self.peer_s, strict=True)
        return median_interval([ours / peer for ours, peer in pairs])


def race(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int, pause_s: float = 0.0
) -> Race:
    """Run both ``rounds`` times, in turns, after one round that does not count.

    Before each turn, ``pause_s`` seconds pass untimed: threads that spin for a while after their
    work would take the processors of the other side.
    """
    _round(ours, peer, pause_s)
    ours_s: list[float] = []
    peer_s: list[float] = []
    for number in range(rounds):
        if number % 2:
            peer_took_s, ours_took_s = _round(peer, ours, pause_s)
        else:
            ours_took_s, peer_took_s = _round(ours, peer, pause_s)
        ours_s.append(ours_took_s)
        peer_s.append(peer_took_s)
    return Race(tuple(ours_s), tuple(peer_s))


def report(name: str, found: Race) -> str:
    """Return the result with the machine and the date, as lines of text."""
    paired = found.paired()
    models = [item.model or item.architecture for item in read_processors(Roots())]
    return "\n".join(
        (
            f"{name}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            f"  on {', '.join(models) or 'an unknown processor'}, Linux {platform.release()}",
            f"  medians: ours {statistics.median(found.ours_s):.4g} s,"
            f" peer {statistics.median(found.peer_s):.4g} s, {len(found.ours_s)} rounds",
            f"  ratio of medians {found.ratio():.3f}; of a round {paired.median:.3f}"
            f" [{paired.low:.3f}, {paired.high:.3f}] at {paired.confidence:.1%} confidence",
        )
    )


def _round(
    first: Callable[[], object], second: Callable[[], object], pause_s: float
) -> tuple[float, float]:
    return _turn(first, pause_s), _turn(second, pause_s)


def _turn(work: Callable[[], object], pause_s: float) -> float:
    time.sleep(pause_s)
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def _command(line: str) -> Callable[[], object]:
    words = shlex.split(line)
    return lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Race the two commands that the command line gives."""
    parser = argparse.ArgumentParser(description="Time two commands against each other.")
    parser.add_argument("ours")
    parser.add_argument("peer")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    found = race(_command(asked.ours), _command(asked.peer), asked.rounds)
    sys.stdout.write(report(f"{asked.ours} / {asked.peer}", found) + "\n")


if __name__ == "__main__":
    main()
