"""Measures this machine again and again and prints how well the confidence intervals hold up.

    python -m benchmarks.intervals [--runs 10] [--budget 10] [--skip measure.cpu] [--json FILE]

Each run measures all devices in children of their own, as ``gauger run`` starts them. A run in
which another program took a share of the machine says so (``contended``); it is counted, set
aside, and judged by nobody. Of the others, for each quantity: the median of their medians, and how
many of their intervals enclose it. The goal is nine of ten.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gauger_probes.evidence.common import Measurement
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes

#: Part of the intervals that should enclose the median of medians.
GOAL = 0.9
#: Fewer runs than these show nothing about nine of ten.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Held:
    """How one quantity fared: ``holding`` of ``judged`` intervals enclose ``centre``."""

    name: str
    unit: str
    runs: int
    contended: int
    holding: int
    centre: float | None
    spread: float | None

    @property
    def judged(self) -> int:
        """The runs that had the machine to themselves."""
        return self.runs - self.contended

    @property
    def verdict(self) -> str:
        """Whether the goal was met, or why nobody can tell."""
        if self.judged < ENOUGH:
            return "too few undisturbed runs"
        return "held" if self.holding >= GOAL * self.judged else "not held"

    def text(self) -> str:
        """Return the row of the table."""
        centre = "–" if self.centre is None else f"{self.centre:.4g} {self.unit}"
        spread = "–" if self.spread is None else f"{self.spread:.1%}"
        return (
            f"| {self.name} | {self.runs} | {self.contended} | {self.holding} of {self.judged} "
            f"| {centre} | {spread} | {self.verdict} |"
        )


def held(name: str, taken: Sequence[Measurement]) -> Held:
    """Return how the intervals of repeated measurements of one quantity hold up."""
    quiet = [each for each in taken if not each.conditions.get("contended")]
    unit = taken[0].unit
    if not quiet:
        return Held(name, unit, len(taken), len(taken), 0, None, None)
    medians = [each.median for each in quiet]
    centre = statistics.median(medians)
    holding = sum(each.low <= centre <= each.high for each in quiet)
    spread = (max(medians) - min(medians)) / centre
    return Held(name, unit, len(taken), len(taken) - len(quiet), holding, centre, spread)


#: A device's id in the evidence, and one of its measurements.
Taken = tuple[str, Measurement]


def table(runs: Iterable[Sequence[Taken]]) -> list[Held]:
    """Return a line for each device and what was measured of it, in the order of appearance."""
    series: dict[str, list[Measurement]] = {}
    for measurements in runs:
        for device, each in measurements:
            series.setdefault(_name(device, each), []).append(each)
    return [held(name, taken) for name, taken in series.items()]


def _name(device: str, each: Measurement) -> str:
    told = (each.conditions.get(name) for name in ("direction", "network"))
    words = (device, each.quantity, each.precision, *told)
    return " ".join(str(word) for word in words if word)


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return 1 if an interval did not hold."""
    options = _parser().parse_args(arguments)
    runs: list[tuple[Taken, ...]] = []
    for number in range(options.runs):
        sys.stderr.write(f"run {number + 1} of {options.runs}\n")
        runs.append(_measured(options.budget, options.skip))
        if options.json:
            with options.json.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([(at, asdict(each)) for at, each in runs[-1]]) + "\n")
    lines = table(runs)
    sys.stdout.write(
        "| quantity | runs | contended | intervals that hold | median of medians | spread | |\n"
        "|---|--:|--:|--:|--:|--:|---|\n"
    )
    sys.stdout.writelines(f"{line.text()}\n" for line in lines)
    return int(any(line.verdict == "not held" for line in lines))


def _measured(budget_s: float, skipped: Sequence[str]) -> tuple[Taken, ...]:
    skip = dict.fromkeys(skipped, "left out by --skip")
    options = Options(budget_s=budget_s)
    evidence = run_probes(Roots(), ("accelerators", "measure"), options, skip=skip)
    return tuple((item.id, each) for item in evidence.accelerators for each in item.measurements)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intervals")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--budget", type=float, default=10.0, help="seconds of a run")
    parser.add_argument("--skip", nargs="*", default=[], help="parts such as measure.cpu")
    parser.add_argument("--json", type=Path, help="file to append the measurements to")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
