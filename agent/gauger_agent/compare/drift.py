"""How measured rates of the same device differ between two manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gauger_agent.compare.changes import Changed
from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.document import Evidence

#: Conditions that tell measurements of one quantity and precision apart.
_TELLING = ("direction", "network")


@dataclass(frozen=True, slots=True)
class Rate:
    """A measured median with its interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Drift:
    """One quantity before and after; ``overlap``: whether the intervals do."""

    device: str
    quantity: str
    precision: str | None
    unit: str
    before: Rate
    after: Rate
    ratio: float | None
    overlap: bool


def drifts(before: Evidence, after: Evidence, parts: Iterable[Changed]) -> tuple[Drift, ...]:
    """Return what was measured of the same device on both sides."""
    old = {item.id: item for item in before.accelerators}
    new = {item.id: item for item in after.accelerators}
    pairs = [(part.before, part.after) for part in parts]
    same = [
        (old[one.subject], new[other.subject])
        for one, other in pairs
        if one and other and one.subject in old and other.subject in new
    ]
    same += list(zip(_processors(old), _processors(new), strict=False))
    return tuple(drift for one, other in same for drift in _of(one, other))


def _processors(devices: Mapping[str, Accelerator]) -> list[Accelerator]:
    return [item for _, item in sorted(devices.items()) if item.bus is Bus.CPU]


def _of(one: Accelerator, other: Accelerator) -> Iterator[Drift]:
    earlier = {_key(item): item for item in one.measurements}
    for item in other.measurements:
        known = earlier.get(_key(item))
        if known is not None:
            yield _drift(other.id, known, item)


def _key(item: Measurement) -> tuple[str, ...]:
    told = (str(item.conditions.get(name)) for name in _TELLING)
    return (item.quantity, str(item.precision), *told)


def _drift(device: str, known: Measurement, item: Measurement) -> Drift:
    told = [str(item.conditions[name]) for name in _TELLING if item.conditions.get(name)]
    return Drift(
        device=device,
        quantity=" ".join((item.quantity, *told)),
        precision=item.precision,
        unit=item.unit,
        before=Rate(known.median, known.low, known.high),
        after=Rate(item.median, item.low, item.high),
        ratio=item.median / known.median if known.median > 0 else None,
        overlap=known.low <= item.high and item.low <= known.high,
    )
