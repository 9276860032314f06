"""The digest of the code that runs: which build made a manifest.

Finds accidental damage and casual edits. It proves nothing against whoever controls the machine:
a changed program can state any digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

_PACKAGES = ("gauger_agent", "gauger_probes", "gauger_thresholds")


def self_digest() -> str:
    """Return the SHA-256 (hex) over the names and SHA-256 of every file of the three packages."""
    whole = hashlib.sha256()
    for package in _PACKAGES:
        files = dict(_walk(resources.files(package), package))
        for name in sorted(files):
            digest = hashlib.sha256(files[name].read_bytes()).hexdigest()
            whole.update(f"{digest}  {name}\n".encode())
    return whole.hexdigest()


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _walk(entry, name)
        elif entry.name.endswith((".py", ".toml")):
            yield name, entry
