"""Compiles the kernel that selects the best of a search into the PTX that travels with it.

PYTHONPATH=tests python -m support.select_ptx
"""

from __future__ import annotations

import ctypes
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError, files
from importlib.metadata import version as version_of
from multiprocessing import get_context
from pathlib import Path

#: NVIDIA's compiler. The PTX of CUDA 12.0 (ISA 8.0) is understood by every driver that any
#: cuBLASLt of CUDA 12 works with; ``SELECT_PTX`` is of this version to the letter.
WHEEL, VERSION = "nvidia-cuda-nvrtc-cu12", "12.0.140"
_KERNELS = Path(__file__).parents[2] / "probes" / "gauger_probes" / "measure" / "backends" / "cuda"
SELECT_CU, SELECT_PTX = _KERNELS / "select.cu", _KERNELS / "select.ptx"
#: Its oldest target, which the driver compiles for all later ones; as old a C++ as it has, so that
#: nothing is included unasked.
_OPTIONS = (b"--gpu-architecture=compute_50", b"--std=c++03")


def missing() -> str | None:
    """Return what is not installed that compiling needs, if anything is."""
    try:
        found = version_of(WHEEL)
    except PackageNotFoundError:
        return f"no NVRTC: pip install {WHEEL}=={VERSION}"
    return None if found == VERSION else f"NVRTC {found}: pip install {WHEEL}=={VERSION}"


def compiled(source: bytes) -> bytes:
    """Return ``source`` as PTX.

    NVRTC changes the locale of its process, so it gets one of its own.

    Raises:
        ValueError: it is no program; the message is the compiler's.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_compiled_here, source).result()


def _compiled_here(source: bytes) -> bytes:
    nvrtc = ctypes.CDLL(_library())
    program = ctypes.c_void_p()
    status = nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, b"select.cu", 0, None, None)
    if status == 0:
        options = (ctypes.c_char_p * len(_OPTIONS))(*_OPTIONS)
        status = nvrtc.nvrtcCompileProgram(program, len(_OPTIONS), options)
    if status:
        raise ValueError(_text(nvrtc, program, "ProgramLog").decode())
    return _text(nvrtc, program, "PTX")


def _library() -> str:
    (found,) = (each for each in files(WHEEL) or [] if each.name == "libnvrtc.so.12")
    return str(found.locate())


def _text(nvrtc: ctypes.CDLL, program: ctypes.c_void_p, what: str) -> bytes:
    size = ctypes.c_size_t()
    getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    getattr(nvrtc, f"nvrtcGet{what}")(program, text)
    return text.value


def main() -> int:
    """Write the PTX beside its source."""
    lacking = missing()
    if lacking is not None:
        sys.stderr.write(f"{lacking}\n")
        return 2
    SELECT_PTX.write_bytes(compiled(SELECT_CU.read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
