"""Where a machine's files are read from: the running system, or a captured tree.

One code path serves both. Every path is resolved component by component inside the root, so that
an absolute or climbing link in a captured tree stays inside it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

#: As the kernel's own limit on links followed in one path (include/linux/namei.h, MAXSYMLINKS).
_MAX_LINKS = 40


@dataclass(frozen=True, slots=True)
class Roots:
    """The directory that stands for ``/``; ``captured`` when it is not the running machine's."""

    root: Path = Path("/")
    captured: bool = False

    def resolve(self, path: str) -> Path:
        """Return the real path of ``path`` (relative to the root, such as ``sys/class/dmi/id``).

        Links are followed inside the root only.

        Raises:
            OSError: too many links, or a component cannot be read.
        """
        return self._walk(path, lambda _: None)

    def read_link(self, path: str) -> PurePosixPath:
        """Return where the link at ``path`` points, without following it.

        Raises:
            OSError: there is no link, or a component above it cannot be read.
        """
        parent, _, name = path.rpartition("/")
        return PurePosixPath((self.resolve(parent) / name).readlink())

    def _walk(self, path: str, on_link: Callable[[Path], None]) -> Path:
        pending = list(reversed(PurePosixPath("/", path).parts[1:]))
        inside: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                inside = inside[:-1]
                continue
            here = self.root.joinpath(*inside, part)
            if not here.is_symlink():
                inside.append(part)
                continue
            links += 1
            if links > _MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(here))
            target = PurePosixPath(here.readlink())
            on_link(here)
            if target.is_absolute():
                inside = []
            pending.extend(reversed([piece for piece in target.parts if piece != "/"]))
        return self.root.joinpath(*inside)
