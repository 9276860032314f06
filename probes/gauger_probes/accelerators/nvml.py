"""The NVML probe: what NVIDIA's management library says of each device it manages.

It loads the vendor's code and talks to the driver, so it runs in a child of its own. What it
cannot say weakens a device's identity and hides no device: those are found on the PCI bus.
Answers are a claim (libraries that invent them exist), to be held against the PCI ids and the
measurements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pynvml

from gauger_probes.accelerators.nvml_answers import Device, Refusal, ask, number, text
from gauger_probes.accelerators.nvml_fields import address_of, identity_of
from gauger_probes.accelerators.nvml_library import SONAME, Library, candidates, load
from gauger_probes.accelerators.nvml_limits import limits_of
from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Identified, Result
from gauger_probes.roots import Roots
from gauger_probes.sysfs import read_text
from gauger_probes.text import clean

#: More devices than one machine can hold; a library that counts more is not believed.
_MOST_DEVICES = 256

_PROC = "proc/driver/nvidia/version"
#: ``NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.48.01  Release Build …``
_MODULE = re.compile(r"Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)")

_REMEDIES = {
    pynvml.NVML_ERROR_NO_PERMISSION: "this user may not open /dev/nvidiactl: allow it, or run as"
    " root",
    pynvml.NVML_ERROR_DRIVER_NOT_LOADED: "the NVIDIA kernel module is not loaded or has no device"
    " nodes: run modprobe nvidia, then nvidia-modprobe",
    pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH: "driver and library versions differ: reboot after"
    " the driver update",
    pynvml.NVML_ERROR_UNKNOWN: "in a container, let its device rules open the /dev/nvidia nodes",
}


def probe(context: Context) -> Result:
    """Return what NVML says of each NVIDIA device of the running machine."""
    if context.roots.captured:
        return Result(status=Status.NOT_RUN, reason="a captured tree has no driver to ask")
    return survey(candidates(context.roots), context.roots)


def survey(search: Sequence[Path], roots: Roots) -> Result:
    """Return what the first library of ``search`` that can be loaded says of its devices.

    ``roots`` is where the kernel module's own version is read.

    Raises:
        RuntimeError: this process has asked another library before.
    """
    try:
        library = load(search)
    except FileNotFoundError:
        return _nothing(
            Status.UNAVAILABLE, f"no NVIDIA management library ({SONAME}) on this machine"
        )
    except OSError as problem:
        said = f"the NVIDIA management library cannot be loaded: {problem}"
        return _nothing(Status.UNAVAILABLE, said)
    module = _module_version(roots)
    begun = ask("nvmlInit")
    if isinstance(begun, Refusal):
        return _not_begun(begun, library, module)
    try:
        return _survey(library, module)
    finally:
        ask("nvmlShutdown")


@dataclass(slots=True)
class _Findings:
    identified: list[Identified] = field(default_factory=list)
    problems: dict[str, list[int]] = field(default_factory=dict)


def _survey(library: Library, module: str | None) -> Result:
    count = number("nvmlDeviceGetCount")
    if isinstance(count, Refusal):
        return _nothing(_status(count), f"the devices cannot be counted: {count.reason}")
    driver = text("nvmlSystemGetDriverVersion")
    findings = _Findings()
    for index in range(min(count, _MOST_DEVICES)):
        _add(findings, index, driver)
    said = [_about(indices, reason) for reason, indices in findings.problems.items()]
    if count > _MOST_DEVICES:
        said.append(f"only {_MOST_DEVICES} of {count} devices were asked")
    if isinstance(driver, str) and module is not None and driver != module:
        said.append(f"driver {module} in /{_PROC} differs from {driver} in NVML")
    return Result(
        identified=tuple(findings.identified),
        status=Status.PARTIAL if said else Status.OK,
        reason="; ".join(said) or None,
        could_hide=(Hidden.IDENTITY,) if said else (),
        notes=_notes(library, driver, module),
    )


def _add(findings: _Findings, index: int, driver: str | Refusal | None) -> None:
    handle = ask("nvmlDeviceGetHandleByIndex", index)
    address = handle if isinstance(handle, Refusal) else address_of(handle)
    if isinstance(address, Refusal):
        findings.problems.setdefault(address.reason, []).append(index)
        return
    device = Device(handle)
    identity = identity_of(device, driver)
    limits = limits_of(device)
    identity = replace(identity, unread=tuple(device.unread))
    findings.identified.append(Identified(address, identity, limits))


def _about(indices: Sequence[int], reason: str) -> str:
    noun = "device" if len(indices) == 1 else "devices"
    return f"{noun} {', '.join(map(str, indices))}: {reason}"


def _not_begun(refused: Refusal, library: Library, module: str | None) -> Result:
    remedy = _REMEDIES.get(refused.code) if refused.code is not None else None
    said = f"{refused.reason}: {remedy}" if remedy else f"NVML cannot start: {refused.reason}"
    if refused.code == pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH and module is not None:
        said += f" (kernel module {module}, library {clean(library.name)})"
    return _nothing(_status(refused), said)


def _status(refused: Refusal) -> Status:
    denied = refused.code == pynvml.NVML_ERROR_NO_PERMISSION
    return Status.DENIED if denied else Status.UNAVAILABLE


def _nothing(status: Status, reason: str) -> Result:
    return Result(status=status, reason=reason, could_hide=(Hidden.IDENTITY,))


def _module_version(roots: Roots) -> str | None:
    found = _MODULE.search(read_text(roots, _PROC) or "")
    return found[1] if found else None


def _notes(
    library: Library, driver: str | Refusal | None, module: str | None
) -> dict[str, JsonValue]:
    version = text("nvmlSystemGetNVMLVersion")
    return {
        "library": clean(library.name),
        "librarySha256": library.sha256,
        "librarySizeBytes": library.size_bytes,
        "nvmlVersion": None if isinstance(version, Refusal) else version,
        "driverVersion": None if isinstance(driver, Refusal) else driver,
        "kernelModuleVersion": module,
    }
