"""Builds the stand-ins of NVIDIA's driver and of cuBLASLt and tells them what to be.

They check arguments and compute on the CPU; what they answer is no evidence of how a device behaves
(docs/reference/nvidia-on-silicon.md).
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "probes" / "measure" / "cuda" / "stand_in"
#: The wheel whose headers (cuda.h, library_types.h) the stand-ins are compiled against.
HEADERS = "nvidia-cuda-runtime-cu12"
DRIVER = "usr/lib64/libcuda.so.1"
CUBLASLT = "usr/local/cuda-13.0/lib64/libcublasLt.so.13"
_WARNINGS = ("-Wall", "-Wextra", "-Werror", "-std=gnu11", "-O2")
_LIBRARIES = ("-ldl", "-lm", "-lpthread")
#: Where the source of our own kernel lies, which the stand-in of the driver runs.
KERNELS = Path(str(resources.files("gauger_probes.measure.backends.cuda")))


def missing() -> str | None:
    """Return what is not installed that the stand-ins need, if anything is."""
    if shutil.which("cc") is None:
        return "no C compiler: cc is not installed"
    if headers() is None:
        return f"no cuda.h: pip install {HEADERS}"
    return None


def headers() -> Path | None:
    """Return the folder that holds NVIDIA's cuda.h."""
    try:
        listed = files(HEADERS) or []
    except PackageNotFoundError:
        return None
    found = (Path(str(each.locate())) for each in listed if each.name == "cuda.h")
    return next((path.parent for path in found), None)


def compile_library(
    source: str, target: Path, *includes: Path, defines: tuple[str, ...] = ()
) -> None:
    """Compile one of the sources into a shared library named as ``target`` is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [
        *("cc", "-shared", "-fPIC", *_WARNINGS, *(f"-D{each}" for each in defines)),
        *(word for folder in includes for word in ("-isystem", str(folder))),
        *(f"-Wl,-soname,{target.name}", "-o", str(target), str(SOURCES / source), *_LIBRARIES),
    ]
    subprocess.run(command, check=True, timeout=120)


@dataclass(frozen=True, slots=True)
class Machine:
    """A root with both libraries where a driver and a toolkit put them."""

    root: Path

    @property
    def driver(self) -> Path:
        """The driver's library."""
        return self.root / DRIVER

    @property
    def cublaslt(self) -> Path:
        """The other one."""
        return self.root / CUBLASLT

    def tell(self, **facts: str | float) -> None:
        """Have both be so; a double underscore stands for a dot: ``fail__cuInit=999``."""
        lines = [f"{key.replace('__', '.')}={value}\n" for key, value in facts.items()]
        self._file("control").write_text("".join(lines))

    def tell_devices(self, *devices: Mapping[str, str | float], **facts: str | float) -> None:
        """Have so many devices: ``tell_devices({"bus": "0000:65:00.0"}, {"bus": …})``."""
        told = {
            f"{n}.{key}": value for n, device in enumerate(devices) for key, value in device.items()
        }
        self.tell(count=len(devices), **told, **facts)

    def calls(self) -> list[str]:
        """Return the calls so far, in order."""
        log = self._file("calls")
        return log.read_text().split() if log.exists() else []

    def refused(self) -> list[str]:
        """Return why arguments were refused so far."""
        log = self._file("refused")
        return log.read_text().splitlines() if log.exists() else []

    def held(self) -> int:
        """Return how many things were taken from both and not given back."""
        libraries = (self.driver, self.cublaslt)
        return sum(int(ctypes.CDLL(str(each)).standInHeld()) for each in libraries)

    def reset(self) -> None:
        """Make both as new, with nothing told and nothing logged."""
        for name in ("control", "calls", "refused"):
            self._file(name).unlink(missing_ok=True)
        for library in (self.driver, self.cublaslt):
            ctypes.CDLL(str(library)).standInReset()

    def _file(self, name: str) -> Path:
        return self.driver.parent / name


def build(root: Path) -> Machine:
    """Compile both into a new root; the second has the first's control and logs."""
    include = headers()
    assert include is not None, missing()
    machine = Machine(root)
    compile_library("libcuda.c", machine.driver, include, KERNELS)
    compile_library("libcublaslt.c", machine.cublaslt, include)
    for name in ("control", "calls", "refused"):
        (machine.cublaslt.parent / name).symlink_to(machine.driver.parent / name)
    return machine
