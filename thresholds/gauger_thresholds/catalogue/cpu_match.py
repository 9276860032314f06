"""Finds the rows of the catalogue that describe a processor.

A processor is known by the numbers that its hardware states: family, model and stepping of CPUID
on x86, implementer and part of MIDR on Arm. Its model name singles out one product among those
that share the numbers; elsewhere the kernel's own name for the machine is all there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.model import Catalogue, Cpu

K = TypeVar("K", int, str)

#: Starts of what ``uname -m`` prints, by the catalogue's word for the architecture.
_MACHINES = (
    ("x86", ("x86_64", "amd64", "i386", "i486", "i586", "i686", "x86")),
    ("arm", ("aarch64", "arm")),
    ("power", ("ppc",)),
    ("s390", ("s390",)),
    ("loongarch", ("loongarch",)),
    ("riscv", ("riscv",)),
)


def cpu_for(catalogue: Catalogue, processor: Processor) -> Cpu | None:
    """Return the row that describes ``processor`` most closely, ``None`` where none does.

    A part's name beats its stepping, and a stepping beats a range of models.
    """
    fitting = [row for row in _fitting(catalogue, processor) if _is_named(row, processor)]
    return max(fitting, key=lambda row: _closeness(row, processor), default=None)


def kin_of(catalogue: Catalogue, processor: Processor) -> tuple[Cpu, ...]:
    """Return every row that ``processor`` may be of, whatever its name says.

    These bound it from above: a name is text that anybody can write. Empty where ``cpu_for``
    finds none, since names are then all that could have told.
    """
    known = cpu_for(catalogue, processor) is not None
    return tuple(_fitting(catalogue, processor)) if known else ()


def is_numbered(row: Cpu) -> bool:
    """Return whether hardware numbers identify the row, rather than a name alone."""
    return bool(row.families or row.models or row.parts)


def architecture_of(processor: Processor) -> str | None:
    """Return the catalogue's word for the architecture, ``None`` where it has none."""
    machine = processor.architecture.lower()
    for name, starts in _MACHINES:
        if machine.startswith(starts):
            return name
    return None


def _fitting(catalogue: Catalogue, processor: Processor) -> Iterable[Cpu]:
    architecture = architecture_of(processor)
    vendor = processor.implementer if architecture == "arm" else processor.vendor
    return (
        row
        for row in catalogue.cpus
        if row.architecture == architecture
        and row.vendor in {None, (vendor or "").strip()}
        and _has_numbers(row, processor)
    )


def _has_numbers(row: Cpu, processor: Processor) -> bool:
    return (
        (not row.families or processor.family in row.families)
        and (not row.models or _covers(row.models, processor.model_number))
        and (row.steppings is None or _covers((row.steppings,), processor.stepping))
        and (not row.parts or _covers(row.parts, processor.part))
    )


def _is_named(row: Cpu, processor: Processor) -> bool:
    return not row.name_contains or _named(row, processor) > 0


def _covers(ranges: Iterable[tuple[K, K]], value: K | None) -> bool:
    return value is not None and any(first <= value <= last for first, last in ranges)


def _named(row: Cpu, processor: Processor) -> int:
    """How many letters of the model name the row recognises."""
    model = processor.model or ""
    return max((len(text) for text in row.name_contains if text in model), default=0)


def _closeness(row: Cpu, processor: Processor) -> tuple[int, bool, int]:
    span = min(
        (
            last - first
            for first, last in row.models
            if processor.model_number is not None and first <= processor.model_number <= last
        ),
        default=256,
    )
    return _named(row, processor), row.steppings is not None, -span
