"""Where the driver's library and cuBLASLt lie: of our own extra's wheel, else of the machine.

Both are named by their real paths and so loaded; ``LD_LIBRARY_PATH`` and the interpreter's RPATH
have no say. Wheels are found by what their metadata lists (``importlib.metadata``), which imports
none of them.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path, PurePosixPath

from gauger_probes.loader_cache import cached
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries

DRIVER = "libcuda.so.1"
#: By the CUDA that each is for, the newest first.
CUBLASLT = {13: "libcublasLt.so.13", 12: "libcublasLt.so.12"}
#: Distributions of the extra ``[cuda]`` that carry it.
_WHEELS = ("nvidia-cublas", "nvidia-cublas-cu12")
#: NVIDIA's driver releases that brought each CUDA (CUDA toolkit release notes, table 2).
_FIRST_DRIVER = {13: "580", 12: "525"}

_MULTIARCH = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
#: Where drivers put their library: distributions, WSL 2, container runtimes and NixOS.
_DRIVER_FOLDERS = (
    f"usr/lib/{_MULTIARCH}",
    "usr/lib64",
    "usr/lib",
    "usr/lib/wsl/lib",
    "usr/local/nvidia/lib64",
    "run/opengl-driver/lib",
)
#: Where a machine's own CUDA lies, below ``usr/local``.
_TOOLKIT = re.compile(r"cuda(-\d+(\.\d+)?)?")
#: Where a machine's own PyTorch keeps its wheels: below one of these, in a Python's own folder.
_PYTHONS = ("usr/lib", "usr/local/lib", "opt/conda/lib", "opt/venv/lib")
_PYTHON = re.compile(r"python3(\.\d+)?")
_PACKAGES = ("site-packages", "dist-packages")
#: Where NVIDIA's wheels put it inside of those, by the CUDA that they are for.
_IN_WHEEL = {13: "nvidia/cu13/lib", 12: "nvidia/cublas/lib"}

#: Names the files that an installed distribution lists, by its name; raises LookupError's own
#: PackageNotFoundError if there is no such distribution.
Listed = Callable[[str], "list[Path]"]


@dataclass(frozen=True, slots=True)
class Found:
    """A library, and the CUDA that it is for."""

    path: Path
    major: int


def find_driver(roots: Roots) -> Path:
    """Return the driver's library.

    Raises:
        LookupError: there is none; the message says where it was looked for.
    """
    for path in (*cached(roots, DRIVER), *(f"{folder}/{DRIVER}" for folder in _DRIVER_FOLDERS)):
        real = _file(roots, path)
        if real is not None:
            return real
    folders = ", ".join(f"/{folder}" for folder in _DRIVER_FOLDERS)
    raise LookupError(f"no {DRIVER} in the loader's cache, {folders}")


def installed(distribution: str) -> list[Path]:
    """Return the files that a distribution beside this program lists; none if there is none."""
    try:
        listed = files(distribution) or []
    except PackageNotFoundError:
        return []
    return [Path(str(each.locate())) for each in listed]


def find_cublaslt(roots: Roots, driver_version: int, listed: Listed = installed) -> Found:
    """Return the first cuBLASLt that a driver for CUDA ``driver_version`` (1000 × major) can run.

    Raises:
        LookupError: there is none; the message says what was looked for and what is too new.
    """
    too_new: list[Found] = []
    for found in _candidates(roots, listed):
        if found.major * 1000 <= driver_version:
            return found
        too_new.append(found)
    if too_new:
        first = too_new[0]
        raise LookupError(
            f"{first.path} needs a driver for CUDA {first.major} ({_FIRST_DRIVER[first.major]} or"
            f" later), and this one is for {driver_version // 1000}.{driver_version % 1000 // 10}"
        )
    raise LookupError(
        f"no {' or '.join(CUBLASLT.values())} in {' or '.join(_WHEELS)}, the loader's cache,"
        " /usr/local/cuda*, or the packages of this machine's Pythons"
    )


def _candidates(roots: Roots, listed: Listed) -> Iterator[Found]:
    for distribution in _WHEELS:
        for path in listed(distribution):
            major = _major(path.name)
            if major is not None and path.is_file():
                yield Found(path.resolve(), major)
    for major, soname in CUBLASLT.items():
        for place in _places(roots, major, soname):
            real = _file(roots, place)
            if real is not None:
                yield Found(real, major)


def _places(roots: Roots, major: int, soname: str) -> Iterator[str]:
    yield from cached(roots, soname)
    for name in entries(roots, "usr/local"):
        if _TOOLKIT.fullmatch(name):
            yield f"usr/local/{name}/lib64/{soname}"
    for lib in _PYTHONS:
        for python in entries(roots, lib):
            if _PYTHON.fullmatch(python):
                for packages in _PACKAGES:
                    yield f"{lib}/{python}/{packages}/{_IN_WHEEL[major]}/{soname}"


def _major(name: str) -> int | None:
    return next((major for major, soname in CUBLASLT.items() if name == soname), None)


def _file(roots: Roots, path: str) -> Path | None:
    try:
        real = roots.resolve(str(PurePosixPath(path)))
    except (OSError, ValueError):
        return None
    return real if real.is_file() else None
