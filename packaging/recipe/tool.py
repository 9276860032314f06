"""Runs the tools that a build is made of, and says which one failed and why.

Relies on each tool's exit code; what a tool prints is shown only when it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class BuildError(Exception):
    """A tool is missing or refused: the message names the tool, its complaint and what to do."""


def run(command: list[str], *, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run `command` in `cwd`, with `environment` added to ours, and return its stdout.

    Raises BuildError with the end of what the tool printed if it exits with anything but 0.
    """
    finished = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        said = (finished.stdout + finished.stderr).strip()[-2000:]
        raise BuildError(f"{' '.join(command[:6])} exited with {finished.returncode}:\n{said}")
    return finished.stdout


def find(name: str) -> str:
    """Return the path of tool `name`: beside the running Python first, else on PATH.

    Raises BuildError when it is in neither place.
    """
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise BuildError(f"{name} is neither beside {sys.executable} nor on PATH: install it")
    return found
