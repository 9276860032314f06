"""Builds the stand-in of OpenCL and tells it what to answer, and finds a real PoCL for tests.

The device it describes is made up; sizes are those of an ordinary graphics card.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from gauger_probes.measure.backends.opencl.codes import DeviceInfo, DeviceType, PlatformInfo
from gauger_probes.measure.backends.opencl.library import SONAME, Library

SOURCE = Path(__file__).parents[1] / "probes" / "measure" / "opencl" / "stand_in.c"

Answers = Mapping[DeviceInfo, bytes]


def word(value: int) -> bytes:
    """Return a ``cl_uint``."""
    return value.to_bytes(4, "little")


def long(value: int) -> bytes:
    """Return a ``cl_ulong`` or a ``size_t``."""
    return value.to_bytes(8, "little")


def text(value: str) -> bytes:
    """Return a string as OpenCL does, with its end."""
    return value.encode() + b"\0"


CARD: Answers = {
    DeviceInfo.TYPE: long(DeviceType.GPU),
    DeviceInfo.NAME: text("Card"),
    DeviceInfo.VENDOR: text("Maker"),
    DeviceInfo.VERSION: text("OpenCL 3.0"),
    DeviceInfo.DRIVER_VERSION: text("1.2.3"),
    DeviceInfo.EXTENSIONS: text("cl_khr_fp64 cl_khr_fp16 "),
    DeviceInfo.MAX_COMPUTE_UNITS: word(4),
    DeviceInfo.MAX_CLOCK_FREQUENCY: word(2000),
    DeviceInfo.MAX_WORK_GROUP_SIZE: long(256),
    DeviceInfo.GLOBAL_MEM_SIZE: long(1 << 30),
    DeviceInfo.MAX_MEM_ALLOC_SIZE: long(1 << 28),
    DeviceInfo.LOCAL_MEM_SIZE: long(1 << 15),
    DeviceInfo.DOUBLE_FP_CONFIG: long(0x3F),
    DeviceInfo.HALF_FP_CONFIG: long(0x3F),
    DeviceInfo.HOST_UNIFIED_MEMORY: word(0),
    DeviceInfo.PCI_BUS_INFO: b"".join(map(word, (0, 0x65, 0, 0))),
}


class StandIn:
    """The compiled stand-in. Every test tells it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._native = ctypes.CDLL(str(path))
        self.library = Library(path)

    def tell(self, *devices: Answers, **settings: int) -> None:
        """Have it answer for ``devices``; names of ``settings`` have ``_`` for a dot."""
        self._native.stand_in_reset()
        lines = [f"devices={len(devices)}"]
        for what, answer in ((PlatformInfo.NAME, "Driver"), (PlatformInfo.VERSION, "OpenCL 3.0")):
            lines.append(f"platform.{int(what):#x}={text(answer).hex()}")
        for index, device in enumerate(devices):
            lines += [f"{index}.{int(what):#x}={raw.hex()}" for what, raw in device.items()]
        lines += [f"{name.replace('_', '.')}={value}" for name, value in settings.items()]
        self._write(lines)

    def add(self, *lines: str) -> None:
        """Tell it more, in its own words."""
        self._write([*self._answers.read_text().splitlines(), *lines])

    def live(self) -> int:
        """Return how many of its objects have not been given back."""
        return int(self._native.stand_in_live())

    @property
    def _answers(self) -> Path:
        return self.path.parent / "answers"

    def _write(self, lines: Iterable[str]) -> None:
        self._answers.write_text("".join(f"{line}\n" for line in lines))


def compiler() -> str | None:
    """Return the C compiler's path, if there is one."""
    return shutil.which("cc")


def compile_stand_in(folder: Path) -> StandIn:
    """Compile the stand-in into ``folder``."""
    target = folder / SONAME
    flags = ["-Wall", "-Wextra", "-Werror", "-std=gnu11", "-shared", "-fPIC"]
    command = ["cc", *flags, "-o", str(target), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    return StandIn(target)
