"""Who a native library belongs to: its file, and what the system's package manager says of it.

The facts alone; whether to believe a library is for others to judge. Files and folders are read
through one root; the package database of rpm is asked through its own program, on the running
system only.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from gauger_probes.accelerators import dpkg_owner, rpm_owner
from gauger_probes.accelerators.owner import Digests, Owner
from gauger_probes.evidence.accelerator import Library
from gauger_probes.roots import Roots
from gauger_probes.text import clean, without_home

#: Longest path (PATH_MAX of linux/limits.h).
_MAX_PATH = 4096
#: Write permission of the group and of all others (``S_IWGRP | S_IWOTH``).
_OTHERS_WRITE = 0o022


def described(path: Path, roots: Roots) -> Library:
    """Return what is known of the library at the real ``path``, which lies under the root.

    Raises:
        OSError: the file cannot be read.
    """
    digests = _digests(path)
    owner = _owner(_inside(path, roots), digests, roots)
    own = path.stat()
    return Library(
        path=without_home(clean(_inside(path, roots), _MAX_PATH) or "/"),
        sha256=digests.sha256,
        size_bytes=own.st_size,
        owner_id=own.st_uid,
        writable=_writable(path),
        package=None if owner is None else owner.package,
        intact=None if owner is None else owner.intact,
    )


def _inside(path: Path, roots: Roots) -> str:
    """The path as the machine itself spells it."""
    return f"/{path.relative_to(roots.root)}" if path.is_relative_to(roots.root) else str(path)


def _digests(path: Path) -> Digests:
    sha256 = hashlib.sha256()
    md5 = hashlib.md5(usedforsecurity=False)  # the only digest that dpkg keeps
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha256.update(block)
            md5.update(block)
    return Digests(md5.hexdigest(), sha256.hexdigest())


def _writable(path: Path) -> bool:
    """Whoever owns the folder, or may write it, can put another file in its place."""
    own, folder = path.stat(), path.parent.stat()
    if folder.st_uid not in (0, own.st_uid):
        return True
    return bool((own.st_mode | folder.st_mode) & _OTHERS_WRITE)


def _owner(path: str, digests: Digests, roots: Roots) -> Owner | None:
    found = dpkg_owner.owner(path, digests, roots)
    if found is None and not roots.captured and roots.root == Path("/"):
        found = rpm_owner.owner(path, digests)
    return found
