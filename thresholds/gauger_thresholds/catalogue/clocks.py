"""Bounds the clock of a processor from what the kernel states and what the catalogue knows.

A theoretical rate runs at the highest clock. The kernel's maximum can be the base clock only
(turbo off, old drivers), so it is taken for the maximum where it lies above a known base clock or
comes from ACPI CPPC; else the family's ceiling stands. In a guest every clock is hearsay.
"""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.match import architecture_of
from gauger_thresholds.catalogue.model import Catalogue, Cpu, Segment
from gauger_thresholds.interval import Interval

#: A maximum this much above base is turbo, not rounding of the same clock.
_ABOVE_BASE = 1.01


@dataclass(frozen=True, slots=True)
class Clock:
    """The interval of the clock in Hz, where its ends come from, and what would narrow it."""

    hz: Interval
    origin: str
    advice: str


def clock_of(
    catalogue: Catalogue,
    cpu: Cpu | None,
    processor: Processor,
    *,
    virtualised: bool,
    sustained: bool,
) -> Clock:
    """Return the clock that the rating of ``processor`` runs at.

    ``sustained``: a matrix unit is counted, which no part runs at its highest clock on all
    cores, so that the interval reaches down to the base clock.
    """
    base = processor.base_hz or (cpu.base_hz if cpu else None)
    if _is_turbo(processor, base) and not virtualised and processor.max_hz is not None:
        low = (base or 0.0) if sustained else processor.max_hz
        advice = "ask its maker at which clock it is rated"
        return Clock(Interval(low, processor.max_hz), _stated(processor, base, low), advice)
    ceiling, origin = _ceiling(catalogue, cpu, processor)
    known = [clock for clock in (processor.max_hz, base) if clock is not None]
    low = base or (0.0 if sustained else min(known, default=0.0))
    high = max([ceiling, *known])
    advice = "run on the machine itself, with its frequency driver loaded"
    return Clock(Interval(min(low, high), high), origin, advice)


def _is_turbo(processor: Processor, base: float | None) -> bool:
    if processor.max_hz is None:
        return False
    if base is not None:
        return processor.max_hz > base * _ABOVE_BASE
    return "acpi_cppc" in (processor.max_hz_source or "")


def _stated(processor: Processor, base: float | None, low: float) -> str:
    source = processor.max_hz_source or "stated maximum"
    return source if low == processor.max_hz or base is None else f"base clock to {source}"


def _ceiling(catalogue: Catalogue, cpu: Cpu | None, processor: Processor) -> tuple[float, str]:
    if cpu is not None and cpu.clock_ceiling_hz is not None:
        return cpu.clock_ceiling_hz, f"ceiling of {cpu.name}"
    architecture = architecture_of(processor)
    server = cpu is not None and cpu.segment is Segment.DATACENTER
    fitting = {
        name: clock
        for name, clock in catalogue.clock_ceilings.items()
        if name.split("-")[0] == architecture and not (server and name.endswith("client"))
    }
    if not fitting:
        return float("inf"), "no ceiling is known"
    name = max(fitting, key=lambda item: fitting[item])
    return fitting[name], f"ceiling of class {name}"
