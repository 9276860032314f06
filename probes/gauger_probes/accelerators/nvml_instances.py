"""The MIG instances of a partitioned NVIDIA GPU: slices of the package, each an entry of its own.

A slice has no PCI function and names its GPU as parent; the GPU keeps the whole of its units, for
that is what law counts. Meanings are those of nvml.h.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gauger_probes.accelerators.nvml_answers import NOT_FOUND, Handle, Refusal
from gauger_probes.accelerators.nvml_subject import Subject, handle
from gauger_probes.evidence.accelerator import Identity

#: A GPU has at most seven instances; the bound is for a library that says otherwise.
_MOST = 16
_MIB = 1024 * 1024
_ATTRIBUTES_OF = "nvmlDeviceGetAttributes"

_PROPERTIES = {
    "gpuInstanceId": "nvmlDeviceGetGpuInstanceId",
    "computeInstanceId": "nvmlDeviceGetComputeInstanceId",
}
_ATTRIBUTES = {
    "gpuInstanceSlices": "gpuInstanceSliceCount",
    "computeInstanceSlices": "computeInstanceSliceCount",
}


@dataclass(frozen=True, slots=True)
class Instances:
    """The handles of the instances by their index; ``refused`` says why the list may be short."""

    handles: dict[int, Handle] = field(default_factory=dict)
    refused: Refusal | None = None


def instances_of(device: Subject) -> Instances:
    """Return the instances of a ``device`` whose MIG mode is enabled; indices may have gaps."""
    most = device.asked_number("nvmlDeviceGetMaxMigDeviceCount")
    if isinstance(most, Refusal):
        return Instances(refused=most)
    found: dict[int, Handle] = {}
    for index in range(min(most, _MOST)):
        function = "nvmlDeviceGetMigDeviceHandleByIndex"
        answer = handle(device.session, function, *device.of, index)
        if isinstance(answer, Handle):
            found[index] = answer
        elif answer.code != NOT_FOUND:
            return Instances(found, answer)
    return Instances(found)


def instance_identity(instance: Subject) -> Identity:
    """Return what the library says of one instance; refusals are left in ``instance.unread``."""
    units = instance.take("units", instance.member("multiprocessorCount", _ATTRIBUTES_OF))
    properties = {
        **{name: instance.setting(name, function) for name, function in _PROPERTIES.items()},
        **{
            name: instance.take_if_there(name, instance.member(member, _ATTRIBUTES_OF))
            for name, member in _ATTRIBUTES.items()
        },
    }
    return Identity(
        source="nvml",
        name=instance.text("name", "nvmlDeviceGetName"),
        vendor="NVIDIA",
        uuid=instance.text("uuid", "nvmlDeviceGetUUID"),
        units=units,
        unit_kind=None if units is None else "sm",
        memory_bytes=_memory_bytes(instance),
        properties={name: value for name, value in properties.items() if value is not None},
    )


def _memory_bytes(instance: Subject) -> int | None:
    total = instance.member("total", "nvmlDeviceGetMemoryInfo")
    mebibytes = instance.member("memorySizeMB", _ATTRIBUTES_OF)
    if isinstance(total, Refusal) and not isinstance(mebibytes, Refusal):
        total = mebibytes * _MIB
    return instance.take("memoryBytes", total)
