"""Runs a Python script in a virtual machine with real kernel drivers and returns what it says.

For what no container shows: V4L2 nodes with a driver behind them, USB devices that come and go.
The machine is QEMU with Debian's stock kernel, hardware-accelerated where /dev/kvm allows and
emulated elsewhere; it has no disk and no network, and ends with the script.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vm.initramfs import Contents, build
from vm.kernel import fetch, need

#: Memory of the guest: the unpacked archive is about 80 MiB.
_MEMORY_MIB = 1024


class GuestFailedError(AssertionError):
    """The script did not end well; the message ends with the guest's console."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a machine may run, from power-on to its end, in seconds."""

    run_s: float = 240.0


def run(contents: Contents, modules: Sequence[str], limits: Limits = Limits()) -> Any:
    """Boot, run ``contents.script`` and return the JSON value that it printed.

    ``modules`` are the kernel modules that the script may load with ``modprobe``.

    Raises:
        UnavailableError: a tool, a package or the kernel is not to be had here.
        GuestFailedError: the machine or the script failed, or took too long.
    """
    need("qemu-system-x86_64")
    kernel = fetch(modules)
    with tempfile.TemporaryDirectory(prefix="gauger-vm-") as folder:
        scratch = Path(folder)
        archive = build(kernel, contents, scratch)
        console, results = scratch / "console.log", scratch / "results.log"
        arguments = _arguments(kernel.image, archive, console, results)
        try:
            subprocess.run(arguments, timeout=limits.run_s, check=True, capture_output=True)
        except subprocess.TimeoutExpired:
            raise GuestFailedError(_tail("the machine took too long", console)) from None
        except subprocess.CalledProcessError as problem:
            raise GuestFailedError(f"QEMU failed: {problem.stderr!r}") from None
        return _result(results, console)


def _arguments(kernel: Path, archive: Path, console: Path, results: Path) -> list[str]:
    return [
        "qemu-system-x86_64",
        *("-machine", "q35", *processor()),
        *("-smp", "2", "-m", str(_MEMORY_MIB)),
        *("-nodefaults", "-no-user-config", "-no-reboot", "-nic", "none"),
        *("-display", "none", "-monitor", "none"),
        *("-serial", f"file:{console}", "-serial", f"file:{results}"),
        *("-kernel", str(kernel), "-initrd", str(archive)),
        *("-append", "console=ttyS0 panic=-1 quiet loglevel=4"),
    ]


def processor() -> tuple[str, ...]:
    """Return QEMU's arguments for the fastest processor that works here."""
    # A /dev/kvm on a processor without virtualisation (a nested guest's) opens, then hangs.
    flags = set(Path("/proc/cpuinfo").read_text("utf-8", "replace").split())
    if flags & {"vmx", "svm"} and os.access("/dev/kvm", os.R_OK | os.W_OK):
        return ("-accel", "kvm", "-cpu", "host")
    return ("-accel", "tcg", "-cpu", "max")


def _result(results: Path, console: Path) -> Any:
    lines = results.read_text("utf-8", "replace").replace("\r\n", "\n").splitlines()
    if "=== begin" not in lines or not lines[-1].startswith("=== end "):
        raise GuestFailedError(_tail("the guest never finished", console))
    if lines[-1] != "=== end 0":
        raise GuestFailedError(_tail(f"the script failed: {lines[-1]}", console))
    return json.loads("\n".join(lines[lines.index("=== begin") + 1 : -1]))


def _tail(what: str, console: Path) -> str:
    text = console.read_text("utf-8", "replace") if console.exists() else ""
    return f"{what}\n{text[-4000:]}"
