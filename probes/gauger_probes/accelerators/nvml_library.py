"""Finds NVIDIA's management library where the system keeps it, and has the binding use that file.

The binding would load it by bare name, and so whatever ``LD_LIBRARY_PATH``, ``LD_PRELOAD`` or the
interpreter's own RPATH puts in front. Here it is looked up in the loader's cache
and in the standard folders, and loaded by its real path.
"""

from __future__ import annotations

import ctypes
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pynvml

from gauger_probes.loader_cache import cached
from gauger_probes.roots import Roots

SONAME = "libnvidia-ml.so.1"

#: Where drivers put it besides: distributions, WSL 2, container runtimes and NixOS.
_FOLDERS = (
    f"usr/lib/{sysconfig.get_config_var('MULTIARCH') or 'nvidia'}",
    "usr/lib64",
    "usr/lib",
    "usr/lib/wsl/lib",
    "usr/local/nvidia/lib64",
    "run/opengl-driver/lib",
)


def candidates(roots: Roots) -> tuple[Path, ...]:
    """Return the real paths where the library may be, the loader's own choice first."""
    paths = [*cached(roots, SONAME), *(f"{folder}/{SONAME}" for folder in _FOLDERS)]
    return tuple(dict.fromkeys(real for path in paths if (real := _real(roots, path))))


def load(search: Sequence[Path]) -> Path:
    """Load the first of ``search`` that is there and fits this process, and give it to pynvml.

    Returns the path of the file that was loaded.

    Raises:
        FileNotFoundError: none of them is there.
        OSError: none that is there can be loaded; the message has each reason.
        RuntimeError: this process has another one loaded; pynvml keeps pointers into it.
    """
    problems: list[str] = []
    for path in search:
        if not path.is_file():
            continue
        try:
            library = ctypes.CDLL(str(path))
        except OSError as problem:
            problems.append(str(problem))
            continue
        _hand_over(library)
        return path
    if problems:
        raise OSError("; ".join(problems))
    raise FileNotFoundError(SONAME)


def _hand_over(library: ctypes.CDLL) -> None:
    """``nvmlLib`` is where pynvml keeps the loaded library; it loads one only if that is None."""
    current = pynvml.nvmlLib
    if current is not None and current._name != library._name:
        raise RuntimeError(f"{current._name} is loaded already, not {library._name}")
    pynvml.nvmlLib = current or library


def _real(roots: Roots, path: str) -> Path | None:
    try:
        return roots.resolve(path)
    except (OSError, ValueError):
        return None
