"""The host probe: reads the machine itself through files alone, live or captured.

It needs no root. What root would add (serial numbers, memory modules) is named in a coverage
line; missing identity never hides a capability, missing processors could.
"""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.evidence.common import Unread
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.evidence.host import Host, Memory
from gauger_probes.host import cpu, dmi, firmware, memory, network, storage, tpm, virtualisation
from gauger_probes.host.dmi import Dmi
from gauger_probes.result import Context, Part, Result

_DENIED = "permission denied"
_PART = "host.dmi"


def probe(context: Context) -> Result:
    """Return the host; ``partial`` where no processor could be found."""
    roots = context.roots
    plates = dmi.read(roots)
    processors = cpu.read(roots)
    host = Host(
        board=plates.board,
        system=plates.system,
        chassis=plates.chassis,
        bios=replace(plates.bios, mode=firmware.mode(roots, smbios=plates.present)),
        processors=processors,
        memory=memory.read(roots),
        nics=network.read(roots),
        disks=storage.read(roots),
        virtualisation=virtualisation.read(roots, processors),
        secure_boot=firmware.secure_boot(roots),
        tpm=tpm.read(roots),
    )
    parts = _identity(plates, host.memory)
    if processors:
        return Result(host=host, parts=parts)
    return Result(
        host=host,
        status=Status.PARTIAL,
        reason="no processor in /proc/cpuinfo or sys/devices/system/cpu",
        could_hide=(Hidden.ACCELERATOR,),
        parts=parts,
    )


def _identity(plates: Dmi, read: Memory) -> tuple[Part, ...]:
    """Return a coverage line where SMBIOS is missing or some of it could not be read."""
    if not plates.present and not read.unread:
        return (Part(_PART, Status.NOT_RUN, "no SMBIOS tables here", (Hidden.IDENTITY,)),)
    plate_fields = {
        "system": plates.system.unread,
        "board": plates.board.unread,
        "chassis": plates.chassis.unread,
        "bios": plates.bios.unread,
        "memory": read.unread,
    }
    unread = [
        Unread(f"{plate}.{item.field}", item.reason)
        for plate, items in plate_fields.items()
        for item in items
    ]
    if not unread:
        return ()
    return (Part(_PART, Status.PARTIAL, _reason(unread), (Hidden.IDENTITY,)),)


def _reason(unread: list[Unread]) -> str:
    denied = [item.field for item in unread if item.reason == _DENIED]
    garbled = [item.field for item in unread if item.reason != _DENIED]
    said = []
    if denied:
        said.append(f"root could read {', '.join(denied)}")
    if garbled:
        said.append(f"unreadable content: {', '.join(garbled)}")
    return "; ".join(said)
