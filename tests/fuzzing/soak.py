"""Runs a million hostile inputs on all CPUs and writes what became of them, with commit and date.

    PYTHONPATH=tests python -m fuzzing.soak [--inputs 1000000] [--seed soak]

The result goes to tests/fuzzing/soak.json, to be committed. Exit code 1: a false accept or a crash.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fuzzing.campaign import LIMIT_S, Tally, peak_memory_mib, plan, run
from fuzzing.targets import TARGETS

RESULT = Path(__file__).with_name("soak.json")
_BATCH = 2_000


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return 1 if anything broke."""
    parser = argparse.ArgumentParser(prog="python -m fuzzing.soak")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", default="soak")
    asked = parser.parse_args(arguments)
    commit = _git("rev-parse", "HEAD") + ("-dirty" if _git("status", "--porcelain") else "")
    began_s = time.monotonic()
    tallies, memory = _all(asked.seed, asked.inputs)
    found = {
        "command": f"python -m fuzzing.soak --inputs {asked.inputs} --seed {asked.seed}",
        "commit": commit,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds": round(time.monotonic() - began_s),
        "processes": len(os.sched_getaffinity(0)),
        "inputs": sum(tally.inputs for tally in tallies.values()),
        "falseAccepts": sum(len(tally.false_accepts) for tally in tallies.values()),
        "crashes": sum(len(tally.crashes) for tally in tallies.values()),
        "slowestInputCpuSeconds": max(tally.slowest_s for tally in tallies.values()),
        "peakMemoryMiB": memory,
        "targets": {name: asdict(tally) for name, tally in tallies.items()},
    }
    RESULT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(
        f"{RESULT}: {found['falseAccepts']} false accepts, {found['crashes']} crashes\n"
    )
    slow = any(tally.slowest_s >= LIMIT_S for tally in tallies.values())
    return int(bool(found["falseAccepts"] or found["crashes"] or slow))


def _all(seed: str, inputs: int) -> tuple[dict[str, Tally], dict[str, float]]:
    """Return the tallies, and the most memory of a process early and at the end."""
    tallies = {name: Tally() for name in TARGETS}
    memory: list[float] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), context) as pool:
        steps = list(plan(inputs))
        work = [steps[at : at + _BATCH] for at in range(0, inputs, _BATCH)]
        for told, peak in pool.map(partial(_batch, seed), work):
            memory.append(peak)
            for name, tally in told.items():
                tallies[name].merge(tally)
            sys.stderr.write(f"\r{len(memory) * _BATCH} of {inputs}")
    sys.stderr.write("\n")
    early = max(memory[: max(1, len(memory) // 10)])
    return tallies, {"afterATenth": round(early), "atTheEnd": round(max(memory))}


def _batch(seed: str, work: list[tuple[str, int]]) -> tuple[dict[str, Tally], float]:
    return run(seed, work), peak_memory_mib()


def _git(*words: str) -> str:
    told = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
    return told.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
