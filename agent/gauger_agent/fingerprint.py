"""What stays the same about a machine while its parts do: one digest per component, one for all.

Relies on the evidence alone. Only what survives a reinstall goes in: no driver, firmware version,
clock, time, or name that the kernel hands out. Slices of a package (partitions, virtual
functions) are configuration and stay out, as do disks whose medium is meant to be pulled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gauger_agent.manifest.jcs import canonical
from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import (
    Disk,
    Host,
    MemoryModule,
    Nameplate,
    Nic,
    Processor,
    Tpm,
)


class Kind(StrEnum):
    """What a component is."""

    BOARD = "board"
    SYSTEM = "system"
    CPU = "cpu"
    MEMORY = "memory"
    ACCELERATOR = "accelerator"
    CAMERA = "camera"
    NIC = "nic"
    DISK = "disk"
    TPM = "tpm"


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the machine.

    ``identifiers`` maps lowerCamelCase names to text; what could not be read is left out.
    ``digest`` is the SHA-256 (hex) of the RFC 8785 bytes of ``{kind, identifiers}``.
    """

    kind: Kind
    identifiers: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All components, sorted, and ``rollup``: SHA-256 (hex) of their RFC 8785 bytes."""

    components: tuple[Component, ...]
    rollup: str


def fingerprint(evidence: Evidence) -> Fingerprint:
    """Return the fingerprint; equal parts stay apart, so components are a multiset."""
    found = [component(kind, facts) for kind, facts, _ in parts(evidence)]
    components = tuple(sorted(found, key=_order))
    return Fingerprint(components, rollup(components))


def component(kind: Kind, facts: Mapping[str, object]) -> Component:
    """Return the component with those of ``facts`` that are known, as text."""
    identifiers = {name: str(fact) for name, fact in facts.items() if fact not in (None, "")}
    return Component(kind, identifiers, component_digest(kind, identifiers))


def component_digest(kind: Kind, identifiers: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) of the RFC 8785 bytes of ``{kind, identifiers}``."""
    body = canonical({"kind": kind.value, "identifiers": dict(identifiers)})
    return hashlib.sha256(body).hexdigest()


def rollup(components: Iterable[Component]) -> str:
    """Return the SHA-256 (hex) of the RFC 8785 bytes of the list of components."""
    return hashlib.sha256(canonical(to_json(tuple(components)))).hexdigest()


def _order(entry: Component) -> tuple[int, bytes]:
    return list(Kind).index(entry.kind), canonical(dict(entry.identifiers))


#: What can be a component: the record of the evidence that it was read into.
Source = Nameplate | Processor | MemoryModule | Nic | Disk | Tpm | Accelerator | Camera
_Part = tuple[Kind, Mapping[str, object], Source]


def parts(evidence: Evidence) -> Iterator[_Part]:
    """Yield each component's kind, its identifying facts, and the record that they are from."""
    if evidence.host is not None:
        yield from _host(evidence.host)
    for accelerator in evidence.accelerators:
        if accelerator.parent is None and accelerator.bus is not Bus.CPU:
            yield Kind.ACCELERATOR, _accelerator(accelerator), accelerator
    for camera in evidence.cameras:
        yield Kind.CAMERA, _camera(camera), camera


def _host(host: Host) -> Iterator[_Part]:
    for kind, plate in ((Kind.BOARD, host.board), (Kind.SYSTEM, host.system)):
        if any((facts := _nameplate(plate)).values()):
            yield kind, facts, plate
    yield from ((Kind.CPU, _cpu(processor), processor) for processor in host.processors)
    yield from ((Kind.MEMORY, _module(module), module) for module in host.memory.modules)
    yield from ((Kind.NIC, _nic(nic), nic) for nic in host.nics)
    yield from ((Kind.DISK, _disk(disk), disk) for disk in host.disks if not disk.removable)
    if host.tpm.present:
        yield Kind.TPM, {"version": host.tpm.version}, host.tpm


def _nameplate(plate: Nameplate) -> Mapping[str, object]:
    return {
        "vendor": plate.vendor,
        "name": plate.name,
        "version": plate.version,
        "serial": plate.serial,
        "uuid": plate.uuid,
    }


def _cpu(processor: Processor) -> Mapping[str, object]:
    return {
        "package": processor.package,
        "architecture": processor.architecture,
        "vendor": processor.vendor,
        "model": processor.model,
        "family": processor.family,
        "modelNumber": processor.model_number,
        "stepping": processor.stepping,
        "implementer": processor.implementer,
        "part": processor.part,
    }


def _module(module: MemoryModule) -> Mapping[str, object]:
    return {
        "locator": module.locator,
        "sizeBytes": module.size_bytes,
        "kind": module.kind,
        "vendor": module.vendor,
        "part": module.part,
        "serial": module.serial,
    }


def _nic(nic: Nic) -> Mapping[str, object]:
    return {"address": nic.address, "vendor": nic.vendor, "device": nic.device, "mac": nic.mac}


def _disk(disk: Disk) -> Mapping[str, object]:
    return {
        "model": disk.model,
        "serial": disk.serial,
        "wwid": disk.wwid,
        "sizeBytes": disk.size_bytes,
        "transport": disk.transport,
    }


def _accelerator(accelerator: Accelerator) -> Mapping[str, object]:
    facts: dict[str, object] = {
        "bus": accelerator.bus.value,
        "address": accelerator.address,
        "serial": _stated(identity.serial for identity in accelerator.identities),
        "uuid": _stated(identity.uuid for identity in accelerator.identities),
    }
    pci = accelerator.pci
    if pci is None:  # nothing but its name tells a platform device from another
        return facts | {"name": _stated(_read_names(accelerator))}
    return facts | {
        "vendor": pci.vendor,
        "device": pci.device,
        "subsystemVendor": pci.subsystem_vendor,
        "subsystemDevice": pci.subsystem_device,
        "class": pci.class_,
        "revision": pci.revision,
    }


def _read_names(accelerator: Accelerator) -> Iterator[str | None]:
    """Names that the device gave; the catalogue's may be another tomorrow."""
    for identity in accelerator.identities:
        if not identity.source.startswith("catalogue:"):
            yield identity.name


def _camera(camera: Camera) -> Mapping[str, object]:
    facts: dict[str, object] = {
        "bus": camera.bus,
        "address": camera.address,
        "serial": camera.serial,
        "virtual": "true" if camera.virtual else None,
        "remote": "true" if camera.remote else None,
    }
    if camera.usb is None:
        return facts | {"name": camera.name}
    return facts | {"vendor": camera.usb.vendor, "product": camera.usb.product}


def _stated(values: Iterable[str | None]) -> str | None:
    """Return what the sources state; where they disagree, every statement in a fixed order."""
    return " | ".join(sorted({value for value in values if value})) or None
