"""A captured tree with hostile files in it: changed for one input, and put back after it."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from fuzzing import mutate

_MACHINES = Path(__file__).parents[1] / "fixtures" / "machines"
#: Small trees that differ: an NVIDIA server, virtual cameras, an APU, an NPU.
MACHINES = ("h100-firecracker", "vm-cameras", "strix-halo", "laptop-arc-npu")
_ODD = (
    *(b"", b"\x00", b"\n", b"0x", b"-1", b"0xffffffffffffffffffff", b"1e999", b"\xff" * 64),
    *(b"9" * 400, b"a" * 70_000, b"\x1b[2J", b"0x10de\n0x10de\n", "\u202e".encode()),
)


@contextlib.contextmanager
def hostile(random: Random) -> Iterator[Path]:
    """Yield a captured tree in which one to three files are hostile."""
    root, files = _copy(random.choice(MACHINES))
    held: dict[Path, bytes] = {}
    try:
        for path in random.sample(files, random.choice((1, 1, 2, 3))):
            held[path] = path.read_bytes()
            _spoil(path, held[path], random)
        yield root
    finally:
        for path, data in held.items():
            _remove(path)
            path.write_bytes(data)


@cache
def _copy(machine: str) -> tuple[Path, list[Path]]:
    folder = Path(tempfile.mkdtemp(prefix="gauger-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    root = folder / "tree"
    shutil.copytree(_MACHINES / machine / "tree", root, symlinks=True)
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return root, files


def _spoil(path: Path, data: bytes, random: Random) -> None:
    how = random.randrange(8)
    if how == 0:
        path.unlink()
    elif how == 1:
        _remove(path)
        path.mkdir()
    elif how == 2:
        _remove(path)
        path.symlink_to(random.choice(("/etc/passwd", path.name, "../" * 30 + "etc/passwd", ".")))
    elif how == 3:
        path.write_bytes(random.choice(_ODD))
    else:
        path.write_bytes(mutate.text(data or b"0\n", random))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
