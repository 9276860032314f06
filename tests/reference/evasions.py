"""The table of evasions: what an evader does, and whether it is caught, said as unknown or missed.

``PYTHONPATH=tests python -m reference.evasions`` prints it. Each evasion is made to a copy of a
captured machine; the words in the last column come from comparing what the copy and the original
come out as.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from reference import evading
from reference.evading import (
    T4,
    T4_NUMBERS,
    Change,
    answers,
    both,
    driver,
    ids,
    library,
    relabelled,
    system,
)
from reference.summary import DAY, MACHINES, Summary, summary

_HEAD = f"""# Evasions: caught, said as unknown, or missed

Made by `PYTHONPATH=tests python -m reference.evasions`; a test runs it and compares. Each row
changes one captured machine in one way and judges it by the law of {DAY}, without measuring.

- **caught**: the verdict on the device stands, and what was done is said;
- **unknown**: the verdict becomes indeterminate, and says why;
- **doubted**: the verdict is lost, and the source that brought it about is doubted;
- **missed**: nothing is said that would bring it to light. Where the verdict stands all the same,
  nothing was won.

What is missed without a measurement shows in one: a device that does more than it is rated at is
not what it says, and one that does far less is held back.

"""
#: Doubts about who a device is, or who said so.
_DOUBTS = ("`disagreement`", "`foreign_library`")
_H100 = "0000:18:00.0"
_LAST_H100 = "0000:db:00.0"
_MI300X = "0000:05:00.0"


class End(StrEnum):
    """How an evasion ends."""

    CAUGHT = "caught"
    UNKNOWN = "unknown"
    DOUBTED = "doubted"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Evasion:
    """What is done to which device of which captured machine, and how it is expected to end."""

    what: str
    end: End
    change: Change
    machine: str = "eight-h100-sxm"
    device: str = _H100


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it did end: the verdict before and after, and what is said now and was not before."""

    end: End
    before: str
    after: str
    said: tuple[str, ...]


_CAPPED = {"nvmlDeviceGetPowerManagementLimit": 200_000, "nvmlDeviceGetEnforcedPowerLimit": 200_000}
_A2 = {
    "nvmlDeviceGetName": "NVIDIA A2",
    "nvmlDeviceGetArchitecture": 7,
    "nvmlDeviceGetCudaComputeCapability": [8, 6],
    "nvmlDeviceGetNumGpuCores": 1280,
    "nvmlDeviceGetPciInfo_v3": {"busId": f"0000{_H100}", "pciDeviceId": 0x4FFF10DE},
}
_OTHER = {"class": "0x088000"}
_WHOLE = {**T4, "nvmlDeviceGetPciInfo_v3": {"busId": f"0000{_H100}", **T4_NUMBERS}}
_FORGED = both(relabelled(_H100), answers(0, **_WHOLE))
_PTL = f"sys/bus/pci/devices/{_MI300X}/ptl"

EVASIONS: tuple[Evasion, ...] = (
    Evasion("power capped at 200 of 700 W", End.CAUGHT, answers(0, **_CAPPED)),
    Evasion(
        "applications clock lowered",
        End.CAUGHT,
        answers(0, **{"nvmlDeviceGetApplicationsClock:0": 900}),
    ),
    Evasion("clocks locked (NVML has no getter)", End.MISSED, evading.nothing),
    Evasion(
        "throttled by a power brake",
        End.CAUGHT,
        answers(0, nvmlDeviceGetCurrentClocksEventReasons=0x80),
    ),
    Evasion("MIG mode switched on", End.CAUGHT, answers(0, nvmlDeviceGetMigMode=[1, 1])),
    Evasion("compute mode prohibited", End.CAUGHT, answers(0, nvmlDeviceGetComputeMode=2)),
    Evasion(
        "handed out as vGPU by its host",
        End.CAUGHT,
        answers(0, nvmlDeviceGetVirtualizationMode=3),
    ),
    Evasion("driver unbound", End.CAUGHT, driver(_H100, None)),
    Evasion("driver replaced by vfio-pci", End.CAUGHT, driver(_H100, "vfio-pci")),
    Evasion("driver replaced by nouveau", End.CAUGHT, driver(_H100, "nouveau")),
    Evasion("management library removed", End.CAUGHT, evading.no_library),
    Evasion(
        "library lists one device fewer",
        End.CAUGHT,
        system(nvmlDeviceGetCount=7),
        device=_LAST_H100,
    ),
    Evasion("library says T4, PCI says H100", End.CAUGHT, answers(0, **T4)),
    Evasion("PCI says T4, library says H100", End.UNKNOWN, relabelled(_H100)),
    Evasion(
        "PCI says a small family without an own row, library says H100",
        End.UNKNOWN,
        ids(_H100, device="0x2882", subsystem_device="0x0000"),
    ),
    Evasion(
        "PCI says a display chip, the maker's driver still bound",
        End.UNKNOWN,
        both(ids(_H100, vendor="0x1a03", device="0x2000"), evading.no_library),
    ),
    Evasion(
        "called a virtual function of a display chip",
        End.MISSED,
        evading.slice_of(_H100, "0000:04:00.0"),
    ),
    Evasion(
        "an id that nobody knows, library says A2",
        End.UNKNOWN,
        both(ids(_H100, device="0x4fff"), answers(0, **_A2)),
    ),
    Evasion(
        "PCI says T4, library removed",
        End.MISSED,
        both(relabelled(_H100), evading.no_library, driver(_H100, None)),
    ),
    Evasion("PCI and library both say T4, the library's file untouched", End.MISSED, _FORGED),
    Evasion(
        "the same, by a library that differs from its package",
        End.DOUBTED,
        both(_FORGED, library(intact=False)),
    ),
    Evasion(
        "the same, by a library that a user owns",
        End.DOUBTED,
        both(_FORGED, library(ownerId=1000, package=None, intact=None)),
    ),
    Evasion("class code forged to 0880, library present", End.CAUGHT, ids(_H100, **_OTHER)),
    Evasion(
        "class code forged to 0880, library removed",
        End.CAUGHT,
        both(ids(_H100, **_OTHER), evading.no_library),
    ),
    Evasion(
        "ids that nobody knows, driver removed",
        End.UNKNOWN,
        both(ids(_H100, vendor="0xdead", device="0xbeef"), driver(_H100, None), evading.no_library),
    ),
    Evasion(
        "taken from the bus, and from the library's list",
        End.MISSED,
        both(evading.unplugged(_LAST_H100), system(nvmlDeviceGetCount=7)),
        device=_LAST_H100,
    ),
    Evasion(
        "peak TOPS limiter switched on",
        End.CAUGHT,
        both(
            evading.written(f"{_PTL}/ptl_enable", "enabled"),
            evading.written(f"{_PTL}/ptl_format", "I8,F32"),
            evading.written(f"{_PTL}/ptl_supported_formats", "I8,F16,BF16,F32,F64"),
        ),
        "mi300x-cpx",
        _MI300X,
    ),
    Evasion(
        "half of the cores switched off",
        End.MISSED,
        evading.switched_off("0-95", "0-191"),
        device="cpu",
    ),
    Evasion(
        "AMX flags hidden from /proc/cpuinfo",
        End.MISSED,
        both(*(evading.without_flag(f"amx_{part}") for part in ("bf16", "tile", "int8"))),
        device="cpu",
    ),
)


def outcome(evasion: Evasion) -> Outcome:
    """Make the evasion to a copy of its machine and return how it ends."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(MACHINES / evasion.machine / "tree", tree, symlinks=True)
        evasion.change(tree)
        changed = summary(tree)
    original = _original(evasion.machine)
    before, after = (_verdict(item, evasion.device) for item in (original, changed))
    said = tuple(sorted(_said(changed) - _said(original)))
    return Outcome(_end(before, after, said), before, after, said)


def _end(before: str, after: str, said: tuple[str, ...]) -> End:
    if after == "indeterminate" != before:
        return End.UNKNOWN
    if after == before:
        return End.CAUGHT if said else End.MISSED
    return End.DOUBTED if any(text.startswith(_DOUBTS) for text in said) else End.MISSED


@cache
def _original(machine: str) -> Summary:
    return summary(MACHINES / machine / "tree")


def _verdict(item: Summary, device: str) -> str:
    """The gravest outcome on the device, whatever the paragraph; ``gone`` where nothing is left."""
    order = ("meets", "indeterminate", "doesNotMeet")
    found = [
        outcome
        for entry in item["accelerators"]
        if device in (entry["id"], entry["parent"])
        for outcome in entry["verdicts"].values()
    ]
    return min(found, key=order.index, default="gone")


def _said(item: Summary) -> set[str]:
    doubts = {f"`{entry['doubt']}` {entry['explanation']}" for entry in item["doubts"]}
    return doubts | {f"`coverage` {text}" for text in (*item["unseen"], *item["gaps"])}


def table(found: Iterable[tuple[Evasion, Outcome]]) -> str:
    """Return the page for these evasions and how they ended."""
    rows: list[tuple[str, ...]] = [("what is done", "verdict before", "after", "result", "said")]
    rows.append(("---",) * len(rows[0]))
    rows += [_row(evasion, ended) for evasion, ended in found]
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(evasion: Evasion, found: Outcome) -> tuple[str, ...]:
    said = "; ".join(found.said).replace("|", "\\|") or "nothing"
    return evasion.what, found.before, found.after, f"**{found.end.value}**", said


def main() -> None:
    """Print the table."""
    sys.stdout.write(table((item, outcome(item)) for item in EVASIONS))


if __name__ == "__main__":
    main()
