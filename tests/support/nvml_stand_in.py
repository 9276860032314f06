"""Builds the stand-in of NVIDIA's management library and tells it what to answer.

Its answers are those of ``nvidia-smi -q`` in captures of utkuozdemir/nvidia_gpu_exporter
(internal/captures, e656cd8); serials and UUIDs, masked there, are made up. Core counts and the
numbers behind names are nvml.h's and NVIDIA's published ones.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "probes" / "accelerators" / "nvml" / "stand_in.c"
#: How a driver installs the library; the loader's name is a link to it.
FILE = "libnvidia-ml.so.590.48.01"
SONAME = "libnvidia-ml.so.1"

Answers = Mapping[str, str | int]

SYSTEM: Answers = {"driver": "590.48.01", "nvml": "13.590.48.01"}

#: H100 80GB HBM3, idle, passed through to a virtual machine, driver 590.48.01.
H100: Answers = {
    "bus": "00000000:00:09.0",
    "name": "NVIDIA H100 80GB HBM3",
    "serial": "1650123004567",
    "uuid": "GPU-6f0d2f5e-0000-4000-8000-0000000000a1",
    "architecture": 9,
    "cores": 16_896,
    "maxClock.0": 1980,
    "maxClock.1": 1980,
    "memory": 81_559 * 1024 * 1024,
    "vbios": "96.00.A5.00.01",
    "powerLimit": 700_000,
    "powerDefault": 700_000,
    "powerEnforced": 700_000,
    "mig": 0,
    "virtualisation": 1,
    "eventReasons": 0x1,
    "applicationsClock.0": "!26",
    "defaultApplicationsClock.0": "!26",
}

#: The same with MIG enabled and four instances. Cores cannot be counted then (nvml.h).
H100_MIG: Answers = {
    **H100,
    "mig": 1,
    "mostMig": 7,
    **{f"mig.{index}": 1 for index in range(4)},
    **{f"mig.{index}": "!6" for index in range(4, 7)},
    "cores": "!3",
}

#: GeForce RTX 4080 SUPER, idle, on bare metal, driver 595.71.05.
GEFORCE: Answers = {
    "bus": "00000000:01:00.0",
    "name": "NVIDIA GeForce RTX 4080 SUPER",
    "serial": "!3",
    "uuid": "GPU-6f0d2f5e-0000-4000-8000-0000000000b2",
    "architecture": 8,
    "cores": 10_240,
    "maxClock.0": 3165,
    "maxClock.1": 3165,
    "memory": 16_376 * 1024 * 1024,
    "vbios": "95.03.44.00.B2",
    "powerLimit": 320_000,
    "powerDefault": 320_000,
    "powerEnforced": 320_000,
    "virtualisation": 0,
    "eventReasons": 0x1,
}


def compiler() -> str | None:
    """Return the C compiler's path, if there is one."""
    return shutil.which("cc")


def compile_stand_in(folder: Path, *flags: str) -> Path:
    """Compile the stand-in into ``folder`` and return its path."""
    target = folder / FILE
    warnings = ["-Wall", "-Wextra", "-Werror", "-std=gnu11"]
    shape = ["-shared", "-fPIC", f"-Wl,-soname,{SONAME}"]
    command = ["cc", *warnings, *shape, *flags, "-o", str(target), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    return target


def tell(folder: Path, *devices: Answers, **system: str | int) -> None:
    """Have the stand-in in ``folder`` answer for these ``devices``."""
    answers: dict[str, str | int] = {"count": len(devices), **SYSTEM, **system}
    for index, device in enumerate(devices):
        answers |= {f"{index}.{key}": value for key, value in device.items()}
    lines = "".join(f"{key}={value}\n" for key, value in answers.items())
    (folder / "answers").write_bytes(lines.encode("utf-8", "surrogateescape"))


def calls(folder: Path) -> list[str]:
    """Return the calls that opened and closed the stand-in so far."""
    log = folder / "calls"
    return log.read_text().split() if log.exists() else []


def install(stand_in: Path, root: Path) -> Path:
    """Copy the stand-in to where a driver puts it under ``root``; return the folder."""
    folder = root / "usr/lib64"
    folder.mkdir(parents=True)
    shutil.copy(stand_in, folder / FILE)
    (folder / SONAME).symlink_to(FILE)
    return folder
