"""Tells products apart that share a bus id, by what a driver counts on the device.

A row contradicts a driver that counts other units or other memory, and drops out while another
row does not. What a driver says can be forged: it only ever chooses among the products of one id,
and sources that contradict each other are judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from gauger_probes.evidence.accelerator import Identity
from gauger_thresholds.catalogue.model import Architecture, Device

#: Drivers report less than the printed size (T4: 15 of 16 GiB): error correction and firmware
#: take up to a fifteenth. The next size that one id is sold with is at least a fifth away.
_LEAST_SHARE, _MOST_SHARE = 0.9, 1.02


def agreeing(
    rows: tuple[Device, ...],
    identities: Iterable[Identity],
    architectures: Iterable[Architecture],
) -> tuple[Device, ...]:
    """Return the rows that agree best with what ``identities`` count; all where none does."""
    stated, known = tuple(identities), {row.id: row for row in architectures}
    opinions = {row.id: _opinion(row, stated, known) for row in rows}
    kept = tuple(row for row in rows if opinions[row.id] is True)
    return kept or tuple(row for row in rows if opinions[row.id] is None) or rows


def _opinion(
    row: Device, identities: tuple[Identity, ...], known: dict[str, Architecture]
) -> bool | None:
    """Whether the row fits what is counted: ``None`` where nothing can be compared."""
    answers = [
        answer
        for identity in identities
        for answer in (_same_units(row, identity, known), _same_memory(row, identity))
        if answer is not None
    ]
    return all(answers) if answers else None


def _same_units(row: Device, identity: Identity, known: dict[str, Architecture]) -> bool | None:
    """Compare units of one PCI function; a package's are spread over its functions."""
    if row.units is None or identity.units is None:
        return None
    if identity.unit_kind == row.unit_kind:
        return identity.units * row.functions == row.units
    architecture = known.get(row.architecture or "")
    if architecture is None or identity.unit_kind != architecture.part_kind:
        return None
    parts = architecture.parts_per_unit or 1
    return identity.units * row.functions == row.units * parts


def _same_memory(row: Device, identity: Identity) -> bool | None:
    if not row.memory_bytes or identity.memory_bytes is None:
        return None
    stated = identity.memory_bytes * row.functions
    return any(_LEAST_SHARE * size <= stated <= _MOST_SHARE * size for size in row.memory_bytes)
