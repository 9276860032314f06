"""A machine's parts as a comparison sees them: what identifies each, where it sits, what it is.

What is not a number of the part's own (a placeholder that a maker left in firmware) identifies
nothing and counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gauger_agent.fingerprint import Kind, Source, component, parts
from gauger_agent.placeholders import is_placeholder
from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.camera import Camera
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.evidence.document import Evidence

#: Which of a component's identifiers are its own, and which say where it sits; the rest say what
#: it is.
_OWN: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.BOARD: ("serial", "uuid"),
        Kind.SYSTEM: ("serial", "uuid"),
        Kind.MEMORY: ("serial",),
        Kind.ACCELERATOR: ("serial", "uuid"),
        Kind.CAMERA: ("serial",),
        Kind.NIC: ("mac",),
        Kind.DISK: ("serial", "wwid"),
    }
)
_PLACE: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.CPU: ("package",),
        Kind.MEMORY: ("locator",),
        Kind.ACCELERATOR: ("bus", "address"),
        Kind.CAMERA: ("bus", "address"),
        Kind.NIC: ("address",),
    }
)
#: Of these a machine has one, wherever it is.
SINGLE = frozenset({Kind.BOARD, Kind.SYSTEM, Kind.TPM})
#: Of these every machine has some: none listed means that none could be read.
_NEVER_NONE = frozenset({Kind.BOARD, Kind.SYSTEM, Kind.CPU, Kind.MEMORY})

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One component.

    ``own``: what identifies it, placeholders left out. ``place``: where it sits. ``model``: what it
    is. ``figures``: firmware and driver, which change without the part. ``subject``: its id in the
    evidence, as verdicts name it.
    """

    kind: Kind
    name: str
    own: Facts
    place: Facts
    model: Facts
    figures: Facts
    subject: str | None

    @property
    def order(self) -> tuple[str, ...]:
        """By what parts of a kind are sorted, alike on both sides."""
        facts = (self.place, self.model, self.own, self.figures)
        return tuple(f"{name}={each[name]}" for each in facts for name in sorted(each))


def read_parts(evidence: Evidence) -> list[Part]:
    """Return the components of ``evidence``, sorted."""
    firmware = evidence.host.bios.version if evidence.host else None
    found = [_part(kind, facts, source, firmware) for kind, facts, source in parts(evidence)]
    return sorted(found, key=lambda part: (list(Kind).index(part.kind), part.order))


def could_look(evidence: Evidence, kind: Kind) -> bool:
    """Return whether a part of ``kind`` that ``evidence`` does not name was really looked for."""
    if kind in _NEVER_NONE:
        return any(found is kind for found, _, _ in parts(evidence))
    hidden = {Kind.ACCELERATOR: Hidden.ACCELERATOR, Kind.CAMERA: Hidden.CAMERA}.get(kind)
    top = {Kind.ACCELERATOR: "accelerators", Kind.CAMERA: "cameras"}.get(kind, "host")
    for line in evidence.coverage:
        if line.probe == top and line.status not in (Status.OK, Status.PARTIAL):
            return False
        if hidden in line.could_hide and line.status not in (Status.OK, Status.NOT_RUN):
            return False
    return True


def _part(kind: Kind, facts: Mapping[str, object], source: Source, firmware: str | None) -> Part:
    identifiers = component(kind, facts).identifiers
    own, place = _OWN.get(kind, ()), _PLACE.get(kind, ())
    return Part(
        kind=kind,
        name=_name(source, identifiers),
        own={
            name: identifiers[name]
            for name in own
            if name in identifiers and not is_placeholder(identifiers[name])
        },
        place={name: identifiers[name] for name in place if name in identifiers},
        model={name: text for name, text in identifiers.items() if name not in (*own, *place)},
        figures=dict(_figures(kind, source, firmware)),
        subject=source.id if isinstance(source, Accelerator | Camera) else None,
    )


def _name(source: Source, identifiers: Facts) -> str:
    if isinstance(source, Accelerator):
        names = [identity.name for identity in source.identities if identity.name]
        found = names[0] if names else None
    elif isinstance(source, Camera):
        found = source.name
    else:
        stated = ("model", "name", "part")
        found = next((identifiers[name] for name in stated if name in identifiers), None)
    pci = ":".join(identifiers[name] for name in ("vendor", "device") if name in identifiers)
    return found or pci or "unnamed"


def _figures(kind: Kind, source: Source, firmware: str | None) -> Iterator[tuple[str, str]]:
    if kind is Kind.BOARD and firmware:
        yield "firmware", firmware
    if isinstance(source, Accelerator | Camera) and source.driver:
        yield "driver", source.driver
    if isinstance(source, Accelerator):
        for identity in source.identities:
            if identity.firmware:
                yield f"firmware by {identity.source}", identity.firmware
    if isinstance(source, Camera) and source.usb is not None and source.usb.bcd_device:
        yield "firmware", source.usb.bcd_device
