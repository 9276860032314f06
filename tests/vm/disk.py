"""Makes the disks of a test machine: ext4 images from folders, and an empty one for results."""

from __future__ import annotations

import os
import tarfile
from contextlib import suppress
from pathlib import Path

from vm.kernel import output

_MIB = 1024 * 1024


def filesystem(tree: Path, image: Path, spare_mib: int) -> None:
    """Make ``image``, a file system with what ``tree`` holds and ``spare_mib`` MiB of room.

    Raises:
        UnavailableError: mke2fs is missing or failed.
    """
    size = _size(tree) * 11 // 10 // _MIB + spare_mib
    output("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, image, f"{size}M")


def blank(image: Path, size_mib: int) -> None:
    """Make ``image``, a disk of zeros that takes no room until it is written to."""
    with image.open("wb") as stream:
        stream.truncate(size_mib * _MIB)


def unpack(image: Path, folder: Path) -> None:
    """Unpack the tar archive that a guest wrote to the disk ``image``.

    An archive that was cut short gives what it holds, an untouched disk nothing.
    """
    with suppress(tarfile.ReadError, EOFError), tarfile.open(image, "r:") as archive:
        for member in archive:
            archive.extract(member, folder, filter="data")


def _size(tree: Path) -> int:
    total = 0
    for folder, folders, files in os.walk(tree):
        for name in (*folders, *files):
            # A block for the inode's share of the tables, and the content in whole blocks.
            total += (Path(folder, name).lstat().st_size + 4095) // 4096 * 4096 + 512
    return total
