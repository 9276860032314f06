"""Collects the wheels that go into a package: ours, built here, and those that it depends on.

Relies on pip and on whichever index pip is configured to use.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from recipe.project import Project
from recipe.target import Target
from recipe.tool import run

PIP = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check"]


def build(project: Project, into: Path) -> Path:
    """Build the project's wheel into the empty folder `into` and return it.

    The build backend of the running environment is used where there is one.
    """
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    run(
        [*PIP, "wheel", "--no-deps", *isolation, "--wheel-dir", str(into), str(project.root)],
        cwd=into,
        environment={"SOURCE_DATE_EPOCH": str(project.epoch)},
    )
    return next(into.glob("gauger-*.whl"))


def collect(wheel: Path, extra: str, target: Target, into: Path) -> list[Path]:
    """Put `wheel` and all that it needs with `extra` into `into`; returns them sorted by name."""
    run(
        [*PIP, "download", "--dest", str(into), *target.pip_options(), f"{wheel}[{extra}]"],
        cwd=into,
    )
    return sorted(into.glob("*.whl"))
