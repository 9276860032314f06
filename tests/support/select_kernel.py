"""The kernel that selects the best, compiled for the host: a block's threads are real threads."""

from __future__ import annotations

import ctypes
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gauger_probes.measure.backends.cuda.kernel import PARAMETERS, SEGMENT
from support.cuda_stand_in import KERNELS, SOURCES, compile_library

Indices = npt.NDArray[np.uint32]


class _Selection(ctypes.Structure):
    """struct selection of stand_in/select_on_host.h: the kernel's parameters, and the grid."""

    _fields_ = [
        *((f"parameter{at}", kind) for at, kind in enumerate(PARAMETERS)),
        ("grid", ctypes.c_uint * 3),
    ]


@dataclass(frozen=True)
class Picked:
    """Scores and indices: queries × lists × k."""

    scores: npt.NDArray[Any]
    indices: Indices


@dataclass(frozen=True)
class SelectKernel:
    """The kernel as a library of the host's."""

    library: ctypes.CDLL

    def pick(
        self,
        scores: npt.NDArray[Any],
        k: int,
        indices: Indices | None = None,
        first: int = 0,
        padding: int = 0,
    ) -> Picked:
        """Run it over ``scores`` (queries × count), the last ``padding`` of each not counted."""
        queries, stride = scores.shape
        lists = -(-(stride - padding) // SEGMENT)
        best = np.full((queries, lists, k), 77, scores.dtype)
        best_indices = np.full((queries, lists, k), 77, np.uint32)
        given = (
            *(scores.ctypes.data, 0 if indices is None else indices.ctypes.data, stride),
            *(stride - padding, first, k, scores.dtype == np.int32),
            *(best.ctypes.data, best_indices.ctypes.data, lists, 0),
        )
        grid = (ctypes.c_uint * 3)(lists, queries, 1)
        assert self.library.select_on_host(ctypes.byref(_Selection(*given, grid))) == 0
        return Picked(best, best_indices)


def build_kernel(folder: Path) -> SelectKernel:
    """Compile it into ``folder``."""
    target = folder / "libselect.so"
    compile_library("select_alone.c", target, KERNELS)
    return SelectKernel(ctypes.CDLL(str(target)))


def sanitized(source: str, sanitizers: str, folder: Path) -> str | None:
    """Run a kernel's ``source`` under GCC's ``sanitizers`` and return what they report.

    ``None``: this machine's compiler has no such sanitizers.
    """
    (folder / "select.cu").write_text(source)
    program = folder / "sanitized"
    command = ["cc", "-std=gnu11", "-O1", "-g", f"-fsanitize={sanitizers}", "-isystem", str(folder)]
    command += ["-o", str(program), str(SOURCES / "select_sanitized.c"), "-lpthread"]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if built.returncode:
        return None
    environment = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1"}
    try:
        done = subprocess.run(
            [program], capture_output=True, text=True, check=False, timeout=20, env=environment
        )
    except subprocess.TimeoutExpired:
        return "does not end"
    return done.stderr or (f"ended with {done.returncode}" if done.returncode else "")
