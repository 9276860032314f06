"""Remembers which files the text probes read, and writes them out as a tree of their own.

The probes themselves say what a capture needs: whatever they resolved, with the links on the way,
so that the captured tree gives the same answers by the same code. Nothing else is copied.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from gauger_probes.roots import Roots
from gauger_probes.sysfs import MAX_FILE

#: What a capture may hold; a probe that looks elsewhere leaves nothing of it in the tree.
_KEPT = ("sys", "proc")


@dataclass(frozen=True, slots=True)
class RecordingRoots(Roots):
    """Roots that note every real path and every link that was passed."""

    paths: set[Path] = field(default_factory=set)
    links: set[Path] = field(default_factory=set)

    def resolve(self, path: str) -> Path:
        """Return the real path of ``path``, and remember it."""
        real = self._walk(path, self.links.add)
        self.paths.add(real)
        return real

    def read_link(self, path: str) -> PurePosixPath:
        """Return where the link at ``path`` points, and remember it."""
        target = Roots.read_link(self, path)
        parent, _, name = path.rpartition("/")
        self.links.add(self.resolve(parent) / name)
        return target


def save(roots: RecordingRoots, folder: Path) -> int:
    """Write what was read into ``folder`` and return how many files it took.

    A file that cannot be read is left out, as it is for the probes: absent in the capture.

    Raises:
        OSError: ``folder`` cannot be written.
    """
    for link in sorted(_inside(roots, roots.links)):
        place = folder / link.relative_to(roots.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink():
            place.symlink_to(link.readlink())
    return sum(_copy(path, folder / path.relative_to(roots.root)) for path in _real(roots))


def _real(roots: RecordingRoots) -> list[Path]:
    return sorted(_inside(roots, roots.paths))


def _inside(roots: RecordingRoots, paths: set[Path]) -> Iterator[Path]:
    for path in paths:
        parts = path.relative_to(roots.root).parts
        if parts and parts[0] in _KEPT:
            yield path


def _copy(source: Path, target: Path) -> int:
    content = _content(source)
    if content is None:
        return 0
    if isinstance(content, bytes):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return 1
    for name in _folders_in(content):
        (target / name).mkdir(parents=True, exist_ok=True)
    return 0


def _folders_in(folder: Path) -> list[str]:
    """Names of folders inside, and of the folder itself: that they are there is an answer too."""
    try:
        inside = [entry.name for entry in folder.iterdir() if _is_folder(entry)]
    except OSError:
        inside = []
    return [".", *inside]


def _is_folder(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink()


def _content(source: Path) -> bytes | Path | None:
    """The bytes of a file, the path of a folder, or nothing for what cannot be read."""
    try:
        mode = source.stat().st_mode
        if stat.S_ISDIR(mode):
            return source
        if not stat.S_ISREG(mode):
            return None
        with source.open("rb") as stream:
            return stream.read(MAX_FILE)
    except OSError:
        return None
