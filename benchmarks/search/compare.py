"""Prints how fast Gauger searches a gallery beside FAISS, each in a process of its own, in turns.

    python -m benchmarks.search.compare --peers /tmp/peers/bin/python --size 200000

The peers' Python has ``faiss-cpu`` and numpy. Half precisions are compared where ours searches in
them. Figures of a busy machine are only an indication.
"""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.ratio import HEAD, Raced
from benchmarks.worker import Worker

from gauger_probes.measure.backends.protocol import NotNativeError, Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.search.precisions import TRIED, refuse_conversion, way

#: Seconds in which a half precision is shown not to be converted.
_PROOF_S = 1.0


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search.compare")
    parser.add_argument("--peers", default=sys.executable, help="a Python that has faiss-cpu")
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args(arguments)
    sys.stdout.write(f"Exact top 10 of {asked.size} templates of 512, {asked.rounds} rounds.\n")
    sys.stdout.write(HEAD.format(unit="10⁶ comparisons/s"))
    bench = Bench()
    for precision in TRIED:
        try:
            batches = way(precision, bench).batches
            refuse_conversion(precision, _PROOF_S, bench)
        except NotNativeError as problem:
            sys.stdout.write(f"| {precision} | *{problem}* | | | | | | |\n")
            continue
        for batch in batches:
            sys.stdout.write(_row(precision, batch, asked) + "\n")
            sys.stdout.flush()
    return 0


def _row(precision: Precision, batch: int, asked: argparse.Namespace) -> str:
    work = [precision, str(asked.size), str(batch)]
    command = ["-m", "benchmarks.search.gallery"]
    with (
        Worker([sys.executable, *command, "gauger", *work]) as ours,
        Worker([asked.peers, *command, "faiss", *work]) as peer,
    ):
        mine, theirs = json.loads(ours.said), json.loads(peer.said)
        same = _same(mine["ids"], theirs["ids"])
        raced = Raced(ours, peer, batch * asked.size / 1e6, asked.rounds)
        note = f"{theirs['name']}; {same:.1%} of the answers are the same"
        return raced.row(f"{precision}, batch {batch}", note)


def _same(ours: list[list[int]], theirs: list[list[int]]) -> float:
    pairs = [len(set(a) & set(b)) / len(a) for a, b in zip(ours, theirs, strict=True)]
    return sum(pairs) / len(pairs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
