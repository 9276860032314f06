"""Checks the rows of architectures: something names each, and no target names two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gauger_thresholds.catalogue.model import Architecture, Device


def architecture_problems(
    rows: Iterable[tuple[str, Architecture]], devices: Iterable[Device]
) -> Iterator[str]:
    """Yield what is wrong with ``rows`` (file and architecture), each with file and row."""
    used = {device.architecture for device in devices}
    owner: dict[str, str] = {}
    for name, row in rows:
        for text in _row(row, used, owner):
            yield f"{name}: {row.id}: {text}"
        owner.update(dict.fromkeys(row.targets, row.id))


def _row(row: Architecture, used: set[str | None], owner: dict[str, str]) -> Iterator[str]:
    if not row.per_clock:
        yield "perClock is missing: add the operations per clock and unit"
    if not row.targets and row.id not in used:
        yield "nothing names it: add targets, or the architecture of a device"
    for target in row.targets:
        if target in owner:
            yield f"target {target!r} is {owner[target]}'s already: a target is in one row"
    for precision, wide in row.wide_per_clock.items():
        if wide >= row.per_clock.get(precision, 0.0):
            yield f"wide {precision} is not lower than perClock's: remove it"
