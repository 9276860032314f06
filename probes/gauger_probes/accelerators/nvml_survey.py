"""What NVML says of each device it manages, over a session: the library, or a recording of it.

One code path serves both. What NVML cannot say weakens a device's identity and hides no device:
those are found on the PCI bus. Answers are a claim (libraries that invent them exist), to be held
against the PCI ids and the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from gauger_probes.accelerators.nvml_answers import (
    DRIVER_NOT_LOADED,
    LIB_RM_VERSION_MISMATCH,
    NO_PERMISSION,
    UNKNOWN,
    Refusal,
    Session,
)
from gauger_probes.accelerators.nvml_fields import address_of, identity_of
from gauger_probes.accelerators.nvml_instances import instance_identity, instances_of
from gauger_probes.accelerators.nvml_limits import limits_of
from gauger_probes.accelerators.nvml_properties import (
    SWITCH,
    Properties,
    machine_properties,
    properties_of,
)
from gauger_probes.accelerators.nvml_subject import Subject, handle
from gauger_probes.evidence.accelerator import Identity, Library
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Identified, Result

#: More devices than one machine can hold; a library that counts more is not believed.
_MOST_DEVICES = 256
#: As many as a machine with all its GPUs lost has; a reason has little room.
_MOST_NAMED = 16

_REMEDIES = {
    NO_PERMISSION: "this user may not open /dev/nvidiactl: allow it, or run as root",
    DRIVER_NOT_LOADED: "the NVIDIA kernel module is not loaded or has no device nodes: run modprobe"
    " nvidia, then nvidia-modprobe",
    LIB_RM_VERSION_MISMATCH: "driver and library versions differ: reboot after the driver update",
    UNKNOWN: "in a container, let its device rules open the /dev/nvidia nodes",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that answers, and the version of the kernel module (``None``: not stated)."""

    library: Library | None
    kernel_module: str | None


def survey(session: Session, origin: Origin) -> Result:
    """Return what ``session`` says of its devices, MIG instances included."""
    machine = Subject(session)
    begun = machine.ask("nvmlInit")
    if isinstance(begun, Refusal):
        return _not_begun(begun, origin)
    count = machine.asked_number("nvmlDeviceGetCount")
    if isinstance(count, Refusal):
        return nothing(_status(count), f"the devices cannot be counted: {count.reason}")
    findings = _Findings(_machine(session, origin))
    for index in range(min(count, _MOST_DEVICES)):
        _add(findings, session, index)
    said = [_about(indices, reason) for reason, indices in findings.problems.items()]
    if count > _MOST_DEVICES:
        said.append(f"only {_MOST_DEVICES} of {count} devices were asked")
    said += _versions_differ(findings.machine.driver_version, origin.kernel_module)
    return Result(
        identified=tuple(findings.identified),
        status=Status.PARTIAL if said else Status.OK,
        reason="; ".join(said) or None,
        could_hide=(Hidden.IDENTITY,) if said else (),
    )


def nothing(status: Status, reason: str) -> Result:
    """Return the result of a library that said nothing of any device."""
    return Result(status=status, reason=reason, could_hide=(Hidden.IDENTITY,))


@dataclass(frozen=True, slots=True)
class _Machine:
    """What the library says of the machine, and so of each device; only the driver of a slice."""

    driver: Subject
    driver_version: str | None
    setting: Subject
    properties: Properties
    library: Library | None


@dataclass(slots=True)
class _Findings:
    machine: _Machine
    identified: list[Identified] = field(default_factory=list)
    problems: dict[str, list[int]] = field(default_factory=dict)


def _machine(session: Session, origin: Origin) -> _Machine:
    driver, setting = Subject(session), Subject(session)
    version = driver.text("driverVersion", "nvmlSystemGetDriverVersion")
    properties = machine_properties(setting)
    if origin.kernel_module is not None:
        properties["kernelModuleVersion"] = origin.kernel_module
    return _Machine(driver, version, setting, properties, origin.library)


def _add(findings: _Findings, session: Session, index: int) -> None:
    found = handle(session, "nvmlDeviceGetHandleByIndex", index)
    if isinstance(found, Refusal):
        findings.problems.setdefault(found.reason, []).append(index)
        return
    device = Subject(session, (found,))
    address = address_of(device)
    if isinstance(address, Refusal):
        findings.problems.setdefault(address.reason, []).append(index)
        return
    findings.identified += _device(device, address, findings.machine)


def _device(device: Subject, address: str, machine: _Machine) -> list[Identified]:
    """The package first: an instance names it as its parent."""
    identity = identity_of(device)
    properties = {**machine.properties, **properties_of(device)}
    instances = _instances(device, properties)
    device.unread += machine.setting.unread
    identity = replace(_completed(identity, device, machine), properties=properties)
    slices = [
        Identified(
            f"{address}/mig/{index}",
            _completed(instance_identity(instance), instance, machine),
            parent=address,
        )
        for index, instance in instances.items()
    ]
    return [Identified(address, identity, limits_of(properties)), *slices]


def _instances(device: Subject, properties: Properties) -> dict[int, Subject]:
    if properties.get("migMode") != SWITCH[1]:
        return {}
    found = instances_of(device)
    if found.refused is None:
        properties["migInstances"] = len(found.handles)
    else:
        device.take("migInstances", found.refused)
    return {
        index: Subject(device.session, (instance,)) for index, instance in found.handles.items()
    }


def _completed(identity: Identity, subject: Subject, machine: _Machine) -> Identity:
    return replace(
        identity,
        driver_version=machine.driver_version,
        unread=(*subject.unread, *machine.driver.unread),
        library=machine.library,
    )


def _about(indices: Sequence[int], reason: str) -> str:
    noun = "device" if len(indices) == 1 else "devices"
    more = len(indices) - _MOST_NAMED
    named = ", ".join(map(str, indices[:_MOST_NAMED])) + (f" and {more} more" if more > 0 else "")
    return f"{noun} {named}: {reason}"


def _versions_differ(driver: str | None, module: str | None) -> list[str]:
    if driver is None or module is None or driver == module:
        return []
    return [f"the kernel module is of version {module}, NVML of a driver {driver}"]


def _not_begun(refused: Refusal, origin: Origin) -> Result:
    remedy = _REMEDIES.get(refused.code) if refused.code is not None else None
    said = f"{refused.reason}: {remedy}" if remedy else f"NVML cannot start: {refused.reason}"
    if refused.code == LIB_RM_VERSION_MISMATCH and origin.kernel_module and origin.library:
        file = PurePosixPath(origin.library.path).name
        said += f" (kernel module {origin.kernel_module}, library {file})"
    return nothing(_status(refused), said)


def _status(refused: Refusal) -> Status:
    return Status.DENIED if refused.code == NO_PERMISSION else Status.UNAVAILABLE
