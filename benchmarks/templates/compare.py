"""Prints how fast Gauger makes face templates beside OpenVINO, each in a process of its own.

    python -m benchmarks.templates.compare --peers /tmp/peers/bin/python

The peers' Python has ``openvino`` and numpy. Figures of a busy machine are only an indication.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

import numpy as np
from benchmarks.ratio import HEAD, Raced
from benchmarks.worker import Worker

from gauger_probes.measure.templates.forms import FORMS
from gauger_probes.measure.templates.networks import NETWORKS

_BATCHES = (1, 8)


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return its exit status."""
    names = [network.name for network in NETWORKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.templates.compare")
    parser.add_argument("--peers", default=sys.executable, help="a Python that has openvino")
    parser.add_argument("--network", nargs="*", default=names, choices=names)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args(arguments)
    sys.stdout.write(f"Random weights, faces of 112 × 112, float32, {asked.rounds} rounds.\n")
    sys.stdout.write(HEAD.format(unit="faces/s"))
    for network in asked.network:
        for batch in _BATCHES:
            for form in FORMS:
                sys.stdout.write(_row(network, form, batch, asked) + "\n")
                sys.stdout.flush()
    return 0


def _row(network: str, form: str, batch: int, asked: argparse.Namespace) -> str:
    command = ["-m", "benchmarks.templates.network"]
    with (
        Worker([sys.executable, *command, form, network, str(batch)]) as ours,
        Worker([asked.peers, *command, "openvino", network, str(batch)]) as peer,
    ):
        mine, theirs = json.loads(ours.said), json.loads(peer.said)
        raced = Raced(ours, peer, batch * len(os.sched_getaffinity(0)), asked.rounds)
        note = f"{theirs['name']}; templates differ by {_apart(mine, theirs):.0e} of the largest"
        return raced.row(f"{network} as {form}, batch {batch}", note)


def _apart(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> float:
    mine, other = np.array(ours["first"]), np.array(theirs["first"])
    return float(np.abs(mine - other).max() / np.abs(other).max())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
