"""The stand-in for oneMKL and oneDNN, compiled."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).parents[1] / "probes/measure/cpu/stand_in.c"


def compiled(folder: Path) -> ctypes.CDLL:
    """Return it, made in ``folder`` and loaded."""
    target = folder / "libmkl_rt.so"
    flags = ["-Wall", "-Wextra", "-Werror", "-std=gnu11", "-O1", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", str(target), str(_SOURCE)], check=True, timeout=60)
    return ctypes.CDLL(str(target))
