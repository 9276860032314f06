"""Which BLAS numpy multiplies with, and on how many threads: asked of the loaded library itself.

What numpy states is from when it was built; the library chooses its kernel and its threads when
it is loaded (OpenBLAS takes at most as many as it was built for, whatever the machine has).
Function names are those of OpenBLAS's cblas.h (with the prefix and suffix of numpy's own copy),
of oneMKL's mkl_service.h and of BLIS's bli_thread.h.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gauger_probes.text import clean

_LIBRARY = re.compile(r"(/[^\n]*/lib[^/\n]*(?:blas|mkl_rt|blis)[^/\n]*\.so[^/\n]*)$", re.MULTILINE)
_THREADS = (
    "scipy_openblas_get_num_threads64_",
    "scipy_openblas_get_num_threads",
    "openblas_get_num_threads64_",
    "openblas_get_num_threads",
    "MKL_Get_Max_Threads",
    "bli_thread_get_num_threads",
)
_SET_THREADS = (
    "scipy_openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
    "MKL_Set_Num_Threads",
    "bli_thread_set_num_threads",
)
_CONFIGURATION = (
    "scipy_openblas_get_config64_",
    "scipy_openblas_get_config",
    "openblas_get_config64_",
    "openblas_get_config",
)
_KERNEL = (
    "scipy_openblas_get_corename64_",
    "scipy_openblas_get_corename",
    "openblas_get_corename64_",
    "openblas_get_corename",
)
#: No library is built for more; a larger answer is none.
_MAX_THREADS = 65_536


@dataclass(frozen=True, slots=True)
class Blas:
    """The library: ``kernel`` is the processor family that its code was chosen for.

    ``threads`` and ``kernel`` are ``None`` where it has no function that tells.
    """

    name: str
    version: str | None
    threads: int | None
    kernel: str | None


def find() -> Blas:
    """Return the BLAS of this process's numpy."""
    name, version = _built_with()
    for library in _loaded():
        threads = _number(library, _THREADS)
        if threads is None:
            continue
        words = (_text(library, _CONFIGURATION) or "").split()
        if words[:1] == ["OpenBLAS"] and len(words) > 1:
            name, version = words[0], words[1]
        return Blas(name, version, threads, _text(library, _KERNEL))
    return Blas(name, version, None, None)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let every loaded BLAS compute on the thread that calls it, until the block ends."""
    before = []
    for library in _loaded():
        threads, change = _number(library, _THREADS), _function(library, _SET_THREADS)
        if threads is not None and change is not None:
            before.append((change, threads))
            change(1)
    try:
        yield
    finally:
        for change, threads in before:
            change(threads)


def _built_with() -> tuple[str, str | None]:
    stated: Any = np.show_config(mode="dicts")
    entry = stated.get("Build Dependencies", {}).get("blas", {})
    return clean(str(entry.get("name", ""))) or "unknown", clean(str(entry.get("version", "")))


def _loaded() -> Iterator[ctypes.CDLL]:
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape")
    except OSError:
        return
    # A peer's library may be loaded too; numpy's wheel keeps its own copy beside itself.
    beside = str(Path(np.__file__).parents[1] / "numpy")
    for path in sorted(set(_LIBRARY.findall(maps)), key=lambda path: (beside not in path, path)):
        try:
            yield ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
        except OSError:
            continue  # replaced on disk since it was loaded


def _number(library: ctypes.CDLL, names: tuple[str, ...]) -> int | None:
    function = _function(library, names)
    if function is None:
        return None
    number = int(function())
    return number if 0 < number <= _MAX_THREADS else None


def _text(library: ctypes.CDLL, names: tuple[str, ...]) -> str | None:
    function = _function(library, names)
    if function is None:
        return None
    function.restype = ctypes.c_char_p
    answer: bytes | None = function()
    return clean(answer) if answer else None


def _function(library: ctypes.CDLL, names: tuple[str, ...]) -> Any:
    """Return the first of the functions that the library has, or ``None``."""
    found = (getattr(library, name, None) for name in names)
    return next((function for function in found if function is not None), None)
