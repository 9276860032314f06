"""Writes an output file whole or not at all: temporary file, fsync, rename, fsync of the folder.

What is no regular file (a pipe, /dev/null) is written to as it stands. A killed writer can leave
a hidden ``.gauger-*.tmp`` behind, never a file with half its content.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from gauger_agent.errors import OutputUnwritable

_ADVICE = {
    errno.ENOSPC: "Free some space, or choose another place.",
    errno.EDQUOT: "Free some space, or choose another place.",
    errno.EACCES: "Choose a folder that you may write to.",
    errno.EPERM: "Choose a folder that you may write to.",
    errno.EROFS: "Choose a place that is not read-only.",
    errno.ENOENT: "Create the folder first.",
    errno.ENOTDIR: "Choose a folder that exists.",
    errno.EISDIR: "Name a file, not a folder.",
    errno.EEXIST: "It is never overwritten: move it away, or choose another name.",
}


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write ``data`` to ``path`` (or where a link there leads), replacing a regular file.

    ``mode`` is that of the new file, less the umask.

    Raises:
        OutputUnwritable: it cannot be written; what stood there before still stands.
    """
    with _told(path):
        if _is_special(path):
            path.write_bytes(data)
            return
        target = Path(os.path.realpath(path))
        with _temporary(target.parent, data, mode) as temporary:
            temporary.replace(target)
        _sync_folder(target.parent)


def write_new(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write ``data`` to ``path``, where nothing may stand yet, not even a link.

    Raises:
        OutputUnwritable: something stands there, or it cannot be written.
    """
    with _told(path):
        with _temporary(path.parent, data, mode) as temporary:
            os.link(temporary, path)  # unlike rename, fails where the name is taken
        _sync_folder(path.parent)


def move_new(path: Path, place: Path) -> None:
    """Give the file at ``path`` the name ``place`` in the same folder, where nothing may stand yet.

    Raises:
        OutputUnwritable: something stands there, or the folder cannot be written to.
    """
    with _told(place):
        os.link(path, place)  # unlike rename, fails where the name is taken
        path.unlink()
        _sync_folder(path.parent)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        advice = _ADVICE.get(error.errno or 0, "Choose another place.")
        raise OutputUnwritable(f"cannot write {path}: {reason}", advice) from error


@contextlib.contextmanager
def _temporary(folder: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Yield a synced file in ``folder`` with ``data``; its name is gone afterwards."""
    temporary = folder / f".gauger-{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with contextlib.suppress(OSError):  # renamed, or the folder is gone with it
            temporary.unlink()


def _is_special(path: Path) -> bool:
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(kind) and not stat.S_ISDIR(kind)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a filesystem that keeps no order for folders
            raise
    finally:
        os.close(descriptor)
