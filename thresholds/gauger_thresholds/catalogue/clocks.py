"""Bounds the clock of a processor from what the kernel states and what the catalogue knows.

A theoretical rate runs at the highest clock. The kernel's maximum can be the base clock only
(turbo off, old drivers), so it is taken for the maximum where it lies above a base clock that the
kernel states too, or comes from ACPI CPPC; else the ceiling of the family stands. A clock that a
model name tells is never a bound from above, nor does the clock of the moment (``cpu MHz``) reach
the evidence. In a guest every clock is hearsay.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.cpu_match import architecture_of
from gauger_thresholds.catalogue.model import Catalogue, Cpu
from gauger_thresholds.interval import Interval

#: A maximum this much above base is turbo, not rounding of the same clock.
_ABOVE_BASE = 1.01
#: The evidence does not say which file stated the base clock, so its own field is named.
_EVIDENCE = "host.processors.baseHz"
_ASK = "ask its maker at which of its clocks it states the rate"
_RUN = "run on the machine itself, with its frequency driver loaded"
#: Intel writes the base clock into the name of older processors (``@ 2.90GHz``).
_IN_NAME = re.compile(r"@\s*([0-9]{1,5}(?:\.[0-9]{1,4})?)\s*([GM])Hz")


@dataclass(frozen=True, slots=True)
class NamedClock:
    """A clock that a rate can be stated at: what it is called, in Hz, and who states it."""

    name: str
    hz: Interval
    source: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The interval of the clock in Hz, where its ends come from, and what would narrow it.

    ``named`` are the single clocks that somebody states, lowest meaning first: base, the one
    behind the maker's published rate, all-core turbo, the kernel's and the maker's maximum.
    """

    hz: Interval
    origin: str
    advice: str
    named: tuple[NamedClock, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one processor: its closest row, and every row that it may be of."""

    processor: Processor
    cpu: Cpu | None
    kin: Sequence[Cpu]
    virtualised: bool

    @property
    def base(self) -> float | None:
        return self.processor.base_hz or (self.cpu.base_hz if self.cpu else None)

    @property
    def turbo(self) -> float | None:
        """The kernel's maximum where it lies above whatever is known of the base clock."""
        stated = self.processor.max_hz
        if stated is None or "acpi_cppc" in (self.processor.max_hz_source or ""):
            return stated
        return stated if self.base is not None and stated > self.base * _ABOVE_BASE else None

    @property
    def bounded(self) -> bool:
        """Is the kernel's maximum a bound? Not where a name alone says what base is."""
        by_name = _in_name(self.processor.model)
        base = self.processor.base_hz
        hearsay = base is None or (by_name is not None and math.isclose(base, by_name))
        cppc = "acpi_cppc" in (self.processor.max_hz_source or "")
        return self.turbo is not None and not self.virtualised and (cppc or not hearsay)


def clock_of(
    catalogue: Catalogue,
    cpu: Cpu | None,
    kin: Sequence[Cpu],
    processor: Processor,
    *,
    virtualised: bool,
    sustained: bool,
) -> Clock:
    """Return the clock that the rating of ``processor`` runs at.

    ``kin`` are the rows that it may be of whatever its name says, ``cpu`` the closest of them.
    ``sustained``: a matrix unit is counted, which no part runs at its highest clock on all
    cores, so that the interval reaches down to the base clock.
    """
    known = _Known(processor, cpu, kin, virtualised)
    turbo, base = known.turbo, known.base
    if known.bounded and turbo is not None:
        low = (base or 0.0) if sustained else turbo
        hz = Interval(min(low, turbo), turbo)
        return Clock(hz, _stated(processor, base, low), _ASK, tuple(_named(known)))
    ceiling, origin = _ceiling(catalogue, known)
    if (processor.max_hz or 0.0) > ceiling:
        origin = _stated(processor, base, base or 0.0)
    stated = [clock for clock in (processor.max_hz, base) if clock is not None]
    low = base or (0.0 if sustained else min(stated, default=0.0))
    high = max([ceiling, *stated])
    advice = f"{_RUN}, and {_ASK}" if sustained else _RUN
    named = tuple(_named(known))
    higher = math.isfinite(high) and all(clock.hz.high < high for clock in named)
    bound = (NamedClock(f"{origin},", Interval.exactly(high), "bound"),) if higher else ()
    return Clock(Interval(min(low, high), high), origin, advice, (*named, *bound))


def _named(known: _Known) -> Iterator[NamedClock]:
    cpu, processor = known.cpu, known.processor
    if processor.base_hz is not None:
        yield NamedClock("base clock", Interval.exactly(processor.base_hz), _EVIDENCE)
    elif cpu is not None and cpu.base_hz is not None:
        yield NamedClock("base clock", Interval.exactly(cpu.base_hz), f"catalogue:{cpu.id}")
    if cpu is not None:
        yield from _catalogued(cpu)
    if processor.max_hz is not None:
        name = "maximum turbo" if known.turbo is not None else "the kernel's maximum,"
        source = processor.max_hz_source or "host.processors.maxHz"
        yield NamedClock(name, Interval.exactly(processor.max_hz), source)
    most = cpu.clock_ceiling_hz if cpu is not None and cpu.is_part else None
    if cpu is not None and most is not None and not math.isclose(processor.max_hz or 0.0, most):
        name = "its maker's maximum turbo"
        yield NamedClock(name, Interval.exactly(most), f"catalogue:{cpu.id}")


def _catalogued(cpu: Cpu) -> Iterator[NamedClock]:
    """The clock that the maker's published rate comes to, and the one of all cores together."""
    source = f"catalogue:{cpu.id}"
    if cpu.published_fp64 is not None and cpu.max_cores is not None:
        per_cycle = cpu.max_cores * cpu.fp64_per_cycle.interval.high
        clock = cpu.published_fp64.interval.scale(1 / per_cycle)
        yield NamedClock("the clock of its published rate,", clock, source)
    if cpu.all_core is not None:
        yield NamedClock("all-core turbo", cpu.all_core.interval, source)


def _in_name(model: str | None) -> float | None:
    match = _IN_NAME.search(model or "")
    return float(match[1]) * {"G": 1e9, "M": 1e6}[match[2]] if match else None


def _stated(processor: Processor, base: float | None, low: float) -> str:
    source = processor.max_hz_source or "stated maximum"
    return source if low == processor.max_hz or base is None else f"base clock to {source}"


def _ceiling(catalogue: Catalogue, known: _Known) -> tuple[float, str]:
    """The highest clock of any part that this may be; without a row, of its class."""
    stated = [row.clock_ceiling_hz for row in known.kin if row.clock_ceiling_hz is not None]
    if stated and len(stated) == len(known.kin):
        return max(stated), "the highest clock of its family"
    architecture = architecture_of(known.processor)
    fitting = {
        name: clock
        for name, clock in catalogue.clock_ceilings.items()
        if name.split("-")[0] == architecture
    }
    if not fitting:
        return math.inf, "no known ceiling"
    name = max(fitting, key=lambda item: fitting[item])
    return fitting[name], f"the highest clock of class {name}"
