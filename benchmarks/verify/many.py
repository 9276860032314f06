"""Prints how ``gauger verify`` fares with many manifests: all CPUs, flat memory, any order.

    python -m benchmarks.verify.many [--most 10000]

Equal machines, each manifest signed on its own (another shipment), in a folder of their own. A
tenth of them, all of them, and all of them in another order, each by one command: seconds, CPUs in
use, the largest process, and whether the answers are the same whatever the order.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.verify.sample import KEY, manifest

_HEAD = """\
| manifests | MB | seconds | manifests/s | CPUs in use | largest process, MiB |
|--:|--:|--:|--:|--:|--:|
"""


@dataclass(frozen=True, slots=True)
class _Run:
    """One command: its figures, and a digest of its answers whatever their order."""

    row: str
    answers: str


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return 1 if the order changes an answer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verify.many")
    parser.add_argument("--machine", default="h100-firecracker")
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--run", nargs=2, metavar=("FOLDER", "SEED"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.run:
        sys.stdout.write(json.dumps(_here(Path(asked.run[0]), asked.most, asked.run[1])))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, asked.machine, asked.most)
        sys.stdout.write(f"{os.cpu_count()} CPUs\n\n{_HEAD}")
        runs = [_run(folder, most, seed) for most, seed in _plan(asked.most)]
    same = runs[-1].answers == runs[-2].answers
    sys.stdout.write(f"\nanswers in another order: {'the same' if same else 'NOT THE SAME'}\n")
    return int(not same)


def _plan(most: int) -> list[tuple[int, str]]:
    return [(most // 10, "a"), (most, "a"), (most, "b")]


def _make(folder: Path, machine: str, most: int) -> None:
    """Sign ``most`` payloads that differ in the shipment alone: evidence is probed once."""
    from gauger_agent.manifest.envelope import read
    from gauger_agent.sign.seal import seal

    body = read(manifest(machine, "SHIPMENT-000000")).payload
    for at in range(most):
        changed = body.replace(b"SHIPMENT-000000", f"SHIPMENT-{at:06}".encode())
        (folder / f"{at:06}.json").write_bytes(seal(changed, (KEY,)))
    (folder / "key.pem").write_bytes(KEY.public_pem())


def _run(folder: Path, most: int, seed: str) -> _Run:
    """In a process of its own, so that the largest process is that of this command alone."""
    words = [sys.executable, "-m", "benchmarks.verify.many", "--most", str(most)]
    done = subprocess.run(
        [*words, "--run", str(folder), seed], check=True, capture_output=True, text=True
    )
    found = _Run(**json.loads(done.stdout))
    sys.stdout.write(found.row + "\n")
    sys.stdout.flush()
    return found


def _here(folder: Path, most: int, seed: str) -> dict[str, str]:
    files = sorted(folder.glob("*.json"))[:most]
    Random(seed).shuffle(files)  # noqa: S311 - repeatable, not secret
    began_s = time.monotonic()
    answers = _answers(folder, files, seed)
    took_s = time.monotonic() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    size = sum(path.stat().st_size for path in files) / 1e6
    row = (
        f"| {most} | {size:.0f} | {took_s:.1f} | {most / took_s:.0f}"
        f" | {(used.ru_utime + used.ru_stime) / took_s:.2f} | {used.ru_maxrss / 1024:.0f} |"
    )
    return {"row": row, "answers": answers}


def _answers(folder: Path, files: Sequence[Path], seed: str) -> str:
    state = folder / f"state-{len(files)}-{seed}"
    command = [sys.executable, "-m", "gauger_agent", "verify", "--key", str(folder / "key.pem")]
    command += ["--accept-captured", "--json", "--as-of", "2026-11-24", *map(str, files)]
    environment = {**os.environ, "GAUGER_HOME": str(state)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        lines = [hashlib.sha256(line).hexdigest() for line in child.stdout or ()]
    if len(lines) != len(files) or child.returncode not in (0, 10, 11):
        raise RuntimeError(f"{len(lines)} answers to {len(files)} files, code {child.returncode}")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
