"""Writes kernel text files under a folder that then stands for the root of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gauger_probes.roots import Roots


def kernel_tree(root: Path, files: Mapping[str, str]) -> Roots:
    """Write ``files`` (path from the root to text) below ``root``."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return Roots(root)
