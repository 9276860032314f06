"""The first half of the report: the machine, its accelerators and its cameras."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from gauger_agent.report.camera_line import camera_row
from gauger_agent.report.figures import plain, si, span
from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.common import Measurement, Rating
from gauger_probes.evidence.coverage import Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import Host
from gauger_probes.text import clean

#: What the capacity says for the whole machine.
_ELSEWHERE = frozenset({"gallerySearch", "templates"})
_BASES = {"catalogue": "rated", "declared": "declared"}
_WORDS = {"memoryBandwidth": "memory", "hostDeviceBandwidth": "host to device"}
_WAYS = {"toDevice": "to the device", "toHost": "to the host"}
#: Characters of a cell: names are bounded where they are read; a device has ten measurements.
_CELL = 1000


def table(evidence: Evidence) -> Table:
    """Return the machine, each accelerator and each camera, one line each."""
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    grid.add_column(style="bold", no_wrap=True)
    for _ in range(3):
        grid.add_column(overflow="fold")
    rows = [("Machine", "", *_machine(evidence.host))]
    rows += [("Accelerators", *_accelerator(item)) for item in evidence.accelerators]
    rows += [("Cameras", *camera_row(item)) for item in evidence.cameras]
    if not evidence.cameras:
        rows.append(("Cameras", "", "none found", ""))
    previous = ""
    for label, *cells in rows:
        grid.add_row(
            "" if label == previous else label, *(Text(clean(cell, _CELL) or "") for cell in cells)
        )
        previous = label
    return grid


def _machine(host: Host | None) -> tuple[str, str]:
    if host is None:
        return "not read", ""
    plate = " ".join(text for text in (host.system.vendor, host.system.name) if text)
    serial = host.board.serial or host.system.serial
    denied = any(item.field.endswith("serial") for item in host.board.unread + host.system.unread)
    stated = "serial not readable without root" if denied else "no serial stated"
    return plate or _nameless(host), f"serial {serial}" if serial else stated


def _nameless(host: Host) -> str:
    hypervisor = host.virtualisation.hypervisor
    if hypervisor is None:
        return "machine without a nameplate"
    named = "" if hypervisor == "unknown" else f" ({hypervisor})"
    return f"virtual machine{named} without a nameplate"


def _accelerator(item: Accelerator) -> tuple[str, str, str]:
    names = [identity.name for identity in item.identities if identity.name]
    pci = f"{item.pci.vendor}:{item.pci.device}" if item.pci else ""
    facts = [] if item.bus is Bus.CPU else [item.driver or "no driver bound"]
    name = names[0] if names else pci or "unnamed"
    if item.parent:
        return item.address, name, f"slice of {item.parent}, which is rated whole"
    rated = next((entry for entry in item.rated if entry.quantity == "tpp"), None)
    computes = rated is None or rated.high != 0
    facts += [_rated(rated)] if rated else ["not rated"]
    shown = [entry for entry in item.measurements if entry.quantity not in _ELSEWHERE]
    facts += [_measured(entry, item.rated) for entry in shown]
    facts += ["not measured"] if computes and not item.measurements else []
    return item.address, name, " · ".join(facts)


def _rated(item: Rating) -> str:
    if item.high == 0:
        return "no compute units"
    word = _BASES.get(item.basis, "at most")
    return "not rated" if item.value is None else f"{word} TPP {plain(item.value)}"


def _measured(item: Measurement, rated: Sequence[Rating]) -> str:
    way = _WAYS.get(str(item.conditions.get("direction")))
    label = item.precision or way or _WORDS.get(item.quantity, item.quantity)
    limit = next((entry.high for entry in rated if _same(entry, item)), None)
    of = "" if limit is None else f" of at most {si(limit, item.unit)}"
    shared = ", contended" if item.conditions.get("contended") else ""
    return f"{label} {span(item.median, item.low, item.high, item.unit)}{of}{shared}"


def _same(entry: Rating, item: Measurement) -> bool:
    return (entry.quantity, entry.precision) == (item.quantity, item.precision)


def gaps(evidence: Evidence) -> list[str]:
    """Return what a probe could not read, though no verdict depends on it."""
    return [
        f"{line.probe} {line.status.value}: {line.reason}"
        for line in evidence.coverage
        if line.reason and line.status not in (Status.OK, Status.NOT_RUN) and "." in line.probe
    ]
