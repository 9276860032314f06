"""A program that does one piece of work for each line that it is sent, kept running between two.

Libraries that clash in one process (two OpenMP runtimes, thread pools that spin) each have one of
their own. A program prints a line when it is ready, and for each repetition the wall and CPU
seconds that it took by its own clocks.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]


class Worker:
    """A running program, from ``with`` to its end; calling it does one repetition."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None):
        """Start ``command`` with ``environment`` (our own if ``None``) and wait for its line.

        Raises:
            RuntimeError: it ended, or said that it cannot; the message is its own.
        """
        paths = os.pathsep.join((str(ROOT / "probes"), str(ROOT)))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ if environment is None else environment) | {"PYTHONPATH": paths},
        )
        word, _, self.said = self._line().partition(" ")
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []
        if word != "ready":
            self.close()
            raise RuntimeError(f"{word} {self.said}")

    def __call__(self) -> None:
        """Do the work once."""
        if self._process.stdin is None:
            raise RuntimeError("it was started without a pipe")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        wall, cpu = self._line().split()[:2]
        self.wall_s.append(float(wall))
        self.cpu_s.append(float(cpu))

    def forget(self) -> None:
        """Begin a new series of repetitions."""
        self.wall_s.clear()
        self.cpu_s.clear()

    def close(self) -> None:
        """End the program."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("it was started without a pipe")
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"it ended with {self._process.wait()} and without a word")
        return line
