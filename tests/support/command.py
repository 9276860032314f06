"""Runs ``gauger`` as a user does: in a process of its own, with a state folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_GAUGER = [sys.executable, "-m", "gauger_agent"]


@dataclass(frozen=True)
class Ended:
    """How the process ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        return json.loads(self.out)

    @property
    def objects(self) -> list[Any]:
        """Each line of standard output as an object."""
        return [json.loads(line) for line in self.out.splitlines()]


def gauger(*arguments: str | Path, home: Path, timeout: float = 120, **extra: str) -> Ended:
    """Run ``gauger`` with ``GAUGER_HOME`` set to ``home`` and return how it ended."""
    environment = {**os.environ, "GAUGER_HOME": str(home), "NO_COLOR": "1", **extra}
    done = subprocess.run(
        [*_GAUGER, *map(str, arguments)],
        capture_output=True,
        env=environment,
        timeout=timeout,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def machine_tree(name: str) -> Path:
    """Return the tree of a captured machine among the fixtures."""
    return Path(__file__).parents[1] / "fixtures" / "machines" / name / "tree"
