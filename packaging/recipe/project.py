"""What a package is told about the project: its version and the second that all its files carry.

Relies on pyproject.toml, and on git for the time of the last commit.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from recipe.tool import BuildError, find, run


@dataclass(frozen=True)
class Project:
    """The checkout at `root`; `epoch` is in seconds since 1970, UTC."""

    root: Path
    version: str
    epoch: int

    @property
    def debian_version(self) -> str:
        """The version in dpkg's order, where only what follows a tilde comes before a release."""
        preceding = re.sub(r"\.dev(\d+)", r"~~dev\1", self.version)
        return re.sub(r"(?<=\d)(a|b|rc)(\d+)", r"~\1\2", preceding)


def read(root: Path) -> Project:
    """Read the project at `root`. Raises OSError or KeyError if it is no checkout of this one."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Project(root=root, version=table["version"], epoch=_epoch(root))


def _epoch(root: Path) -> int:
    """SOURCE_DATE_EPOCH if it is set, else the last commit's time, else pyproject.toml's own."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        if not given.isascii() or not given.isdigit():
            raise BuildError(f"SOURCE_DATE_EPOCH is {given!r}: give whole seconds since 1970")
        return int(given)
    try:
        return int(run([find("git"), "log", "-1", "--format=%ct"], cwd=root))
    except (BuildError, ValueError):  # an unpacked source archive has no history
        return int((root / "pyproject.toml").stat().st_mtime)
