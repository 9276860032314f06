"""Joins what several probes found about the same devices: one entry for each device.

Pure. What a library says about a device that no list has is kept as an entry of its own: it is
never dropped because another probe was lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.camera import Camera, Control, Node
from gauger_probes.evidence.host import Host
from gauger_probes.result import Asked, Filmed, Identified, Measured, Result

T = TypeVar("T")


def host_of(results: Iterable[Result]) -> Host | None:
    """Return the host that a result holds, if one does."""
    return next((result.host for result in results if result.host is not None), None)


def cameras_of(results: Iterable[Result]) -> tuple[Camera, ...]:
    """Return every listed camera with the answers of its nodes.

    An asked node replaces the listed node of the same path; the driver that it names fills a
    camera's missing one. Nodes that answered that they are no camera's are left out, and so is
    a device that had no others and claims no mode. What was filmed goes to the camera of that id.
    """
    found = tuple(results)
    asked = {answer.node.path: answer for result in found for answer in result.asked}
    others = {path for result in found for path in result.not_cameras}
    listed = (_without(camera, others) for result in found for camera in result.cameras)
    answered = (_answered(camera, asked) for camera in listed if camera is not None)
    filmed = [item for result in found for item in result.filmed]
    return tuple(_with_film(camera, filmed) for camera in answered)


def unlisted_nodes(result: Result, cameras: Iterable[Camera]) -> tuple[str, ...]:
    """Return the paths of nodes that answered and that no camera lists."""
    listed = {node.path for camera in cameras for node in camera.nodes}
    return tuple(answer.node.path for answer in result.asked if answer.node.path not in listed)


def unlisted_films(result: Result, cameras: Iterable[Camera]) -> tuple[str, ...]:
    """Return the ids that measurements were taken for and that no camera bears."""
    listed = {camera.id for camera in cameras}
    return tuple(item.camera for item in result.filmed if item.camera not in listed)


def accelerators_of(results: Iterable[Result]) -> tuple[Accelerator, ...]:
    """Return every accelerator with what libraries say of it and what was measured on it.

    A device that several probes list is one entry with all that they say of it.
    """
    found = tuple(results)
    merged = _listed_once(entry for result in found for entry in result.accelerators)
    for result in found:
        for identified in result.identified:
            _add_identity(merged, identified)
    for result in found:
        for measured in result.measured:
            _add_measurements(merged, measured)
    return tuple(merged)


def _without(camera: Camera, others: set[str]) -> Camera | None:
    nodes = tuple(node for node in camera.nodes if node.path not in others)
    if camera.nodes and not nodes and not camera.descriptor_modes:
        return None
    return replace(camera, nodes=nodes)


def _answered(camera: Camera, asked: dict[str, Asked]) -> Camera:
    answers = [asked[node.path] for node in camera.nodes if node.path in asked]
    drivers = (answer.driver for answer in answers if answer.driver is not None)
    return replace(
        camera,
        nodes=tuple(_newest(node, asked) for node in camera.nodes),
        driver=camera.driver if camera.driver is not None else next(drivers, None),
        controls=_told_once(control for answer in answers for control in answer.controls),
    )


def _told_once(controls: Iterable[Control]) -> tuple[Control, ...]:
    """Return one of each control: nodes of one sensor share theirs."""
    return tuple({control.id: control for control in controls}.values())


def _with_film(camera: Camera, filmed: Iterable[Filmed]) -> Camera:
    own = (entry for item in filmed if item.camera == camera.id for entry in item.measurements)
    return replace(camera, measurements=(*camera.measurements, *own))


def _newest(node: Node, asked: dict[str, Asked]) -> Node:
    return asked[node.path].node if node.path in asked else node


def _listed_once(listed: Iterable[Accelerator]) -> list[Accelerator]:
    """Devices are the same when bus and id are; an id that another bus has taken is told apart."""
    entries: dict[tuple[Bus, str], Accelerator] = {}
    taken: set[str] = set()
    for entry in listed:
        known = entries.get((entry.bus, entry.id))
        if known is not None:
            entries[entry.bus, entry.id] = _joined(known, entry)
            continue
        unique = f"{entry.bus.value}/{entry.id}" if entry.id in taken else entry.id
        entries[entry.bus, entry.id] = replace(entry, id=unique)
        taken.add(unique)
    return list(entries.values())


def _joined(known: Accelerator, other: Accelerator) -> Accelerator:
    """What the first leaves open the other fills; what both say is kept once."""
    return replace(
        known,
        pci=known.pci or other.pci,
        driver=known.driver or other.driver,
        bound=known.bound or other.bound,
        parent=known.parent or other.parent,
        identities=(*known.identities, *_added(known.identities, other.identities)),
        measurements=(*known.measurements, *_added(known.measurements, other.measurements)),
        limits=(*known.limits, *_added(known.limits, other.limits)),
    )


def _added(known: tuple[T, ...], other: tuple[T, ...]) -> Iterator[T]:
    return (item for item in other if item not in known)


def _add_identity(merged: list[Accelerator], identified: Identified) -> None:
    addresses: dict[str, int] = {}
    for at_entry, accelerator in enumerate(merged):
        addresses.setdefault(accelerator.address, at_entry)
    at = addresses.get(identified.address)
    if at is None:
        at = len(merged)
        merged.append(_unlisted(identified.address))
    entry = merged[at]
    merged[at] = replace(
        entry,
        identities=(*entry.identities, identified.identity),
        limits=(*entry.limits, *identified.limits),
        parent=entry.parent or _parent_id(merged, addresses, identified.parent),
    )


def _parent_id(
    merged: list[Accelerator], addresses: dict[str, int], parent: str | None
) -> str | None:
    """Libraries name a parent by address where they know no ids of ours."""
    return merged[addresses[parent]].id if parent in addresses else parent


def _add_measurements(merged: list[Accelerator], measured: Measured) -> None:
    ids = {accelerator.id: at for at, accelerator in enumerate(merged)}
    at = ids.get(measured.accelerator)
    if at is None:
        at = len(merged)
        merged.append(_unlisted(measured.accelerator))
    both = (*merged[at].measurements, *measured.measurements)
    merged[at] = replace(merged[at], measurements=both)


def _unlisted(name: str) -> Accelerator:
    """A driver answers for it, and so it is bound; nothing else is known of where it sits."""
    bus = Bus.CPU if name.partition("-")[0] == "cpu" else Bus.PLATFORM
    return Accelerator(
        id=name, bus=bus, address=name, pci=None, driver=None, bound=True, parent=None
    )
