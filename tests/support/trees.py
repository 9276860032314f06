"""Captured machines to read, and small trees to grow and then change in one place."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from gauger_probes.roots import Roots

MACHINES = Path(__file__).parents[1] / "fixtures" / "machines"


def captured(name: str) -> Roots:
    """Return the captured machine ``name``."""
    root = MACHINES / name / "tree"
    assert root.is_dir(), f"no captured machine at {root}"
    return Roots(root, captured=True)


def copied(name: str, to: Path, part: str = "") -> Roots:
    """Return a copy of the machine ``name`` under ``to`` to change; only ``part`` if named."""
    source = MACHINES / name / "tree"
    shutil.copytree(source / part, to / part, symlinks=True, dirs_exist_ok=True)
    return Roots(to, captured=True)


def planted(root: Path, files: Mapping[str, str | bytes]) -> Roots:
    """Write ``files`` under ``root``; text ends in a line feed, as an attribute does."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.exists():
            path.unlink()
        path.write_bytes(content if isinstance(content, bytes) else f"{content}\n".encode())
    return Roots(root, captured=True)


def linked(root: Path, links: Mapping[str, str]) -> Roots:
    """Make symbolic links under ``root``, each to its target as written."""
    for name, target in links.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.exists():
            path.unlink()
        path.symlink_to(target)
    return Roots(root, captured=True)
