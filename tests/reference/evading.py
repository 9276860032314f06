"""Changes that an evader makes to a machine, each made to a copy of a captured one.

A change touches what its real counterpart touches: NVML's answers, a driver's link, PCI ids, a
file's owner. Nothing else of the capture changes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Change = Callable[[Path], None]
_ANSWERS = "nvml.json"
#: What a T4 answers where an H100 would say otherwise (as in the capture t4-and-l4).
T4: dict[str, Any] = {
    "nvmlDeviceGetName": "Tesla T4",
    "nvmlDeviceGetArchitecture": 6,
    "nvmlDeviceGetCudaComputeCapability": [7, 5],
    "nvmlDeviceGetNumGpuCores": 2560,
    "nvmlDeviceGetMaxClockInfo:1": 1590,
    "nvmlDeviceGetMemoryInfo": {"total": 15_360 * 2**20},
}
#: The PCI numbers that a whole stand-in invents too: 10de:1eb8, subsystem 10de:12a2.
T4_NUMBERS = {"pciDeviceId": 0x1EB810DE, "pciSubSystemId": 0x12A210DE}
_T4_IDS = {"device": "0x1eb8", "subsystem_device": "0x12a2"}


def both(*changes: Change) -> Change:
    """Return the change that makes all of ``changes``."""

    def change(tree: Path) -> None:
        for one in changes:
            one(tree)

    return change


def nothing(tree: Path) -> None:
    """Change nothing: what was done leaves no trace in what can be read."""


def answers(device: int, **changed: Any) -> Change:
    """Return the change of NVML's answers about ``device``: ``function:argument`` to answer."""

    def edit(document: dict[str, Any]) -> None:
        for name, value in changed.items():
            function, _, argument = name.partition(":")
            tail = f", {argument}" if argument else ""
            document["answers"][f"{function}({device}{tail})"] = value

    return _editing(edit)


def system(**changed: Any) -> Change:
    """Return the change of NVML's answers about the whole machine."""
    return _editing(
        lambda document: document["answers"].update(
            {f"{name}()": value for name, value in changed.items()}
        )
    )


def library(**changed: Any) -> Change:
    """Return the change of what the system says of the library's file."""
    return _editing(lambda document: document["library"].update(changed))


def no_library(tree: Path) -> None:
    """The management library is not there."""
    none = {"schema": "gauger.nvml/1", "library": None, "kernelModuleVersion": None}
    (tree / _ANSWERS).write_text(json.dumps({**none, "answers": {"nvmlInit()": {"error": 12}}}))


def ids(address: str, **changed: str) -> Change:
    """Return the change of a function's PCI numbers."""

    def change(tree: Path) -> None:
        for name, value in changed.items():
            (_function(tree, address) / name).write_text(f"{value}\n")

    return change


def relabelled(address: str) -> Change:
    """Return the change of a function's ids to those of a T4."""
    return ids(address, **_T4_IDS)


def driver(address: str, name: str | None) -> Change:
    """Return the change of a function's driver; ``None`` unbinds it."""

    def change(tree: Path) -> None:
        link = _function(tree, address) / "driver"
        link.unlink(missing_ok=True)
        if name is not None:
            link.symlink_to(f"../../../../bus/pci/drivers/{name}")

    return change


def slice_of(address: str, other: str) -> Change:
    """Return the change that calls a function a virtual one of the function at ``other``."""

    def change(tree: Path) -> None:
        (_function(tree, address) / "physfn").symlink_to(f"/sys/bus/pci/devices/{other}")

    return change


def unplugged(address: str) -> Change:
    """Return the change that takes a function from the bus (``echo 1 > remove``)."""

    def change(tree: Path) -> None:
        shutil.rmtree(_function(tree, address))
        (tree / "sys/bus/pci/devices" / address).unlink()

    return change


def written(path: str, text: str) -> Change:
    """Return the change of one kernel file."""

    def change(tree: Path) -> None:
        place = (tree / path).resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{text}\n")

    return change


def switched_off(online: str, present: str) -> Change:
    """Return the change that switches processors off (``maxcpus=``, or ``online`` in sysfs)."""
    folder = "sys/devices/system/cpu"
    return both(written(f"{folder}/online", online), written(f"{folder}/present", present))


def without_flag(flag: str) -> Change:
    """Return the change that hides an instruction set, as a hypervisor can."""

    def change(tree: Path) -> None:
        place = tree / "proc/cpuinfo"
        place.write_text(place.read_text().replace(f" {flag}", ""))

    return change


def _function(tree: Path, address: str) -> Path:
    return (tree / "sys/bus/pci/devices" / address).resolve()


def _editing(edit: Callable[[dict[str, Any]], None]) -> Change:
    return lambda tree: _edit(tree, edit)


def _edit(tree: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    place = tree / _ANSWERS
    document: dict[str, Any] = json.loads(place.read_text("utf-8"))
    edit(document)
    place.write_text(json.dumps(document), "utf-8")
