"""Builds the stand-in of NVIDIA's management library and has it answer what a recording says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from gauger_probes.evidence.common import JsonValue

SOURCE = Path(__file__).parents[1] / "probes" / "accelerators" / "nvml" / "stand_in.c"
#: How a driver installs the library; the loader's name is a link to it.
FILE = "libnvidia-ml.so.590.48.01"
SONAME = "libnvidia-ml.so.1"

#: Answers that no recording can hold: the call never returns, or ends the process.
HANG: JsonValue = {"error": "hang"}
ABORT: JsonValue = {"error": "abort"}


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


def tell(folder: Path, answers: Mapping[str, JsonValue]) -> None:
    """Have the stand-in in ``folder`` answer this, by the call as a recording spells it.

    A lone surrogate in a text becomes the byte that it stands for.
    """
    lines = "".join(f"{line}\n" for call, value in answers.items() for line in _lines(call, value))
    (folder / "answers").write_bytes(lines.encode("utf-8", "surrogateescape"))


def _lines(call: str, value: JsonValue) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{call}={_spelt(value)}"
    elif "error" in value:
        yield f"{call}=!{value['error']}"
    elif "handle" in value:
        yield f"{call}={_spelt(value['handle'])}"
    else:
        yield f"{call}="
        for name, member in value.items():
            yield f"{call}.{name}={_spelt(member)}"


def _spelt(value: JsonValue) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else f"'{value}" if isinstance(value, str) else str(value)


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
