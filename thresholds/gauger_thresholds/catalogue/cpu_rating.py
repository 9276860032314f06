"""What a processor package is rated for: cores × clock × operations per cycle.

The law counts the whole package (one IC) at the rate that its maker claims, which for a processor
nobody prints. So the rating is an interval: from what is known to be there, at the clock that is
sure, to what the family's largest part can do at the highest clock that anything bounds. Total
processing performance is TPP = cores × Hz × bits per cycle / 10¹², where bits per cycle are
operations × bit length, a multiply-accumulate counting as two (3A090 Technical Notes).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.clocks import NamedClock
from gauger_thresholds.catalogue.cpu_part import Part, most_cores, part_of, product
from gauger_thresholds.catalogue.model import Catalogue, Cpu, Segment
from gauger_thresholds.interval import ANYTHING, Interval, highest, total

_TERA = 1e12


@dataclass(frozen=True, slots=True)
class AtClock:
    """Total processing performance of one package with every core at one stated clock.

    ``name`` says which (``base clock 2 GHz``), ``source`` who states it; ``catalogue:…`` and
    ``bound`` are ours, anything else is the machine's.
    """

    name: str
    tpp: Interval
    source: str


@dataclass(frozen=True, slots=True)
class CpuRating:
    """The rating of one package of this machine, the fastest where they differ.

    ``tpp`` is total processing performance; ``fp64`` is FLOP/s of 64-bit floating point and
    ``operations`` operations/s of the shortest operand that fills the lane, all of one package.
    ``clocks`` is the first at each single clock that somebody states. ``packages`` counts the
    packages; in a virtual machine it is the fewest that could hold its processors. ``die_area``
    is in mm². ``detail`` shows the reckoning, ``missing`` what would narrow it.
    """

    tpp: Interval
    fp64: Interval
    operations: Interval
    clocks: tuple[AtClock, ...]
    packages: int
    cpu: Cpu | None
    die_area: Interval | None
    segment: Segment | None
    detail: str
    missing: tuple[str, ...]


def rate(catalogue: Catalogue, processors: tuple[Processor, ...], virtualised: bool) -> CpuRating:
    """Rate one package of a machine with these ``processors``.

    ``virtualised`` says that a hypervisor presents them: it may show fewer cores than the
    package has, and any clock and name it likes.
    """
    packages: dict[int, list[Part]] = {}
    for processor in processors:
        part = part_of(catalogue, processor, virtualised)
        packages.setdefault(processor.package, []).append(part)
    if not packages:
        return _unread()
    parts = list(packages.values())
    largest = max(parts, key=lambda group: _sum(group, "bits").high)
    main = max(largest, key=lambda part: part.bits.high * part.cores.high)
    clocks = tuple(_at_clocks(largest))
    return CpuRating(
        tpp=highest(_sum(group, "bits").scale(1 / _TERA) for group in parts),
        fp64=highest(_sum(group, "fp64") for group in parts),
        operations=highest(_sum(group, "operations") for group in parts),
        clocks=clocks,
        packages=_packages(main, processors) if main.shared else len(packages),
        cpu=main.cpu,
        die_area=main.die_area(),
        segment=main.segment(),
        detail=" + ".join(_explain(part) for part in largest),
        missing=tuple(dict.fromkeys(text for part in largest for text in _missing(part, clocks))),
    )


def at_clocks(clocks: Sequence[AtClock]) -> str:
    """Return the figures at each stated clock in one line, for people to read."""
    return "; ".join(f"at {item.name} TPP {shown(item.tpp)}" for item in clocks)


def shown(interval: Interval, unit: float = 1.0) -> str:
    """Return an interval as people read it, divided by ``unit``."""
    low, high = _number(interval.low / unit), _number(interval.high / unit)
    if math.isinf(interval.high):
        return f"at least {low}"
    if interval.low == 0:
        return f"at most {high}"
    return high if low == high else f"{low} to {high}"


def _unread() -> CpuRating:
    return CpuRating(
        tpp=ANYTHING,
        fp64=ANYTHING,
        operations=ANYTHING,
        clocks=(),
        packages=0,
        cpu=None,
        die_area=None,
        segment=None,
        detail="no processor was read",
        missing=("the processors: /proc/cpuinfo could not be read",),
    )


def _packages(main: Part, processors: Sequence[Processor]) -> int:
    """The fewest that could hold the cores that a guest's processors may be."""
    cores = sum(map(most_cores, processors))
    most = max((row.max_cores or 0 for row in main.kin), default=0)
    return math.ceil(cores / most) if most else 1


def _sum(parts: Sequence[Part], field: str) -> Interval:
    return total(part.per_second(getattr(part, field)) for part in parts)


def _at_clocks(parts: Sequence[Part]) -> Iterator[AtClock]:
    """The package at each clock that is stated for every kind of its cores."""
    for stated in parts[0].clock.named:
        alike = [_named(part, stated.name) for part in parts]
        clocks = [clock for clock in alike if clock is not None]
        if len(clocks) != len(parts):
            continue
        tpp = total(
            product(part.cores, clock.hz, part.bits).scale(1 / _TERA)
            for part, clock in zip(parts, clocks, strict=True)
        )
        hertz = " and ".join(dict.fromkeys(_gigahertz(clock) for clock in clocks))
        yield AtClock(f"{stated.name} {hertz} GHz", tpp, stated.source)


def _named(part: Part, name: str) -> NamedClock | None:
    return next((clock for clock in part.clock.named if clock.name == name), None)


def _missing(part: Part, clocks: Sequence[AtClock]) -> Iterator[str]:
    named = part.processor.model or "this processor"
    if part.cpu is None:
        yield f"operations per cycle of {named}: add its row to catalogue/cpu.toml"
    elif part.bits.low < part.bits.high:
        yield f"the width of {named}, {shown(part.bits)} bits per cycle: see its maker's data sheet"
    if part.cores.low < part.cores.high:
        yield f"the cores of the whole package of {named}: see its maker's data sheet"
    if part.clock.hz.low < part.clock.hz.high:
        figures = f" ({at_clocks(clocks)})" if clocks else ""
        yield f"the clock that counts for {named}: {part.clock.advice}{figures}"


def _explain(part: Part) -> str:
    name = part.cpu.name if part.cpu else "unknown model, bounded by its instruction set"
    tpp = part.per_second(part.bits).scale(1 / _TERA)
    seen = " as presented by the hypervisor" if part.shared else ""
    return (
        f"{name}{seen}: {shown(part.cores)} cores × {shown(part.clock.hz, 1e9)} GHz "
        f"({part.clock.origin}) × {shown(part.bits)} bits per cycle = TPP {shown(tpp)}"
    )


def _gigahertz(clock: NamedClock) -> str:
    return f"{clock.hz.middle / 1e9:.3g}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
