"""Makes devices, processors and ceilings of the rows of a catalogue file.

The keys are those that the head of each file documents; units are in their names (``boostMHz``,
``memoryGBs``, ``dieMm2``) and leave here as base units, except areas, which stay in mm². Rates
are in tera-operations per second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from gauger_thresholds.catalogue.fields import Fields, RowError
from gauger_thresholds.catalogue.figures import read_bound, read_figure
from gauger_thresholds.catalogue.model import (
    Cpu,
    Device,
    Figure,
    Grade,
    IsaCeiling,
    Kind,
    Segment,
)
from gauger_thresholds.catalogue.patterns import read_pattern
from gauger_thresholds.interval import Interval

#: The precisions that a rate may be printed for; ``fp16`` covers bfloat16, which runs as fast.
PRECISIONS = frozenset(
    {"fp64", "fp32", "tf32", "fp16", "fp8", "int8", "fp6", "fp4", "int4"},
)
ARCHITECTURES = frozenset({"x86", "arm", "power", "s390", "loongarch", "riscv"})
_TERA = Decimal(10) ** 12
_GIGA = Decimal(10) ** 9
_MEGA = Decimal(10) ** 6
_ROW_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*/[a-z0-9]+(?:[-.][a-z0-9]+)*")


def read_device(table: Mapping[str, object]) -> Device:
    """Return the device that a ``[[device]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    source, grade = row.text("source"), row.choice("grade", Grade)
    patterns = tuple(read_pattern(bus, text) for bus in ("pci", "usb") for text in row.texts(bus))
    device = Device(
        id=_row_id(row),
        name=row.text("name"),
        kind=row.choice("kind", Kind),
        patterns=patterns,
        rates=MappingProxyType(_rates(row, source, grade)),
        tpp_bound=_bound(row, "tppBound", Decimal(1), source, grade),
        units=row.integer("units"),
        unit_kind=row.maybe_text("unitKind"),
        boost_hz=_hertz(row, "boostMHz", _MEGA),
        die_area=_figure(row, "dieMm2", source, grade),
        planar=row.flag("planar"),
        memory_bandwidth=_memory(row, source, grade),
        io_bandwidth=_io(row, source, grade),
        segment=row.maybe_choice("segment", Segment),
        segment_source=row.maybe_text("segmentSource"),
        integrated=row.flag("integrated"),
        source=source,
        grade=grade,
        note=row.maybe_text("note"),
        drivers=row.texts("drivers"),
        fp64_bound=_bound(row, "fp64Bound", _TERA, source, grade),
    )
    row.refuse_strangers()
    return device


def read_cpu(table: Mapping[str, object]) -> Cpu:
    """Return the microarchitecture that a ``[[cpu]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    source, grade = row.text("source"), row.choice("grade", Grade)
    cpu = Cpu(
        id=_row_id(row),
        name=row.text("name"),
        architecture=_architecture(row),
        vendor=row.maybe_text("vendor"),
        families=row.integers("families"),
        models=tuple(_models(text) for text in row.texts("models")),
        steppings=_steppings(row),
        parts=tuple(_parts(text) for text in row.texts("parts")),
        name_contains=row.texts("nameContains"),
        isa=row.texts("isa"),
        bits_per_cycle=_per_cycle(row, "bitsPerCycle", source, grade),
        fp64_per_cycle=_per_cycle(row, "fp64PerCycle", source, grade),
        max_cores=row.integer("maxCores"),
        base_hz=_hertz(row, "baseGHz", _GIGA),
        clock_ceiling_hz=_hertz(row, "clockCeilingGHz", _GIGA),
        die_area=_figure(row, "dieMm2", source, grade),
        segment=row.maybe_choice("segment", Segment),
        source=source,
        grade=grade,
        note=row.maybe_text("note"),
    )
    row.refuse_strangers()
    return cpu


def read_ceiling(table: Mapping[str, object]) -> IsaCeiling:
    """Return the ceiling that an ``[[isa]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    bits, fp64 = row.number("bitsPerCycle"), row.number("fp64PerCycle")
    if bits is None or fp64 is None:
        raise RowError("'bitsPerCycle' and 'fp64PerCycle' must both be there")
    architecture, flag, source = _architecture(row), row.text("flag"), row.text("source")
    row.refuse_strangers()
    return IsaCeiling(architecture, flag, float(bits), float(fp64), source)


def _row_id(row: Fields) -> str:
    name = row.text("id")
    if not _ROW_ID.fullmatch(name):
        raise RowError(f"the id {name!r} must read vendor/product in lower case, as nvidia/a40")
    return name


def _rates(row: Fields, source: str, grade: Grade) -> dict[str, Figure]:
    rates = row.table("rates")
    for precision in rates:
        if precision not in PRECISIONS:
            known = ", ".join(sorted(PRECISIONS))
            raise RowError(f"{precision!r} is not a precision: use one of {known}")
    return {
        precision: read_figure(precision, raw, source, grade, factor=_TERA)
        for precision, raw in rates.items()
    }


def _bound(row: Fields, key: str, factor: Decimal, source: str, grade: Grade) -> Figure | None:
    raw = row.raw(key)
    return None if raw is None else read_bound(key, raw, source, grade, factor)


def _figure(row: Fields, key: str, source: str, grade: Grade) -> Figure | None:
    raw = row.raw(key)
    return None if raw is None else read_figure(key, raw, source, grade)


def _per_cycle(row: Fields, key: str, source: str, grade: Grade) -> Figure:
    raw = row.raw(key)
    if raw is None:
        raise RowError(f"{key!r} is missing: add it")
    return read_figure(key, raw, source, grade, exact=True)


def _memory(row: Fields, source: str, grade: Grade) -> Figure | None:
    giga, tera = row.raw("memoryGBs"), row.raw("memoryTBs")
    if giga is not None and tera is not None:
        raise RowError("'memoryGBs' and 'memoryTBs' state one figure twice: keep the one printed")
    if giga is not None:
        return read_figure("memoryGBs", giga, source, grade, factor=_GIGA)
    return None if tera is None else read_figure("memoryTBs", tera, source, grade, factor=_TERA)


def _io(row: Fields, source: str, grade: Grade) -> Figure | None:
    """Links times lanes are exact; whether the host's bus counts beside them is not settled."""
    links, host = row.raw("linkGBs"), row.raw("hostGBs")
    if links is None and host is None:
        return None
    stated = [
        read_figure(key, raw, source, grade, factor=_GIGA, exact=True)
        for key, raw in (("linkGBs", links), ("hostGBs", host))
        if raw is not None
    ]
    first = stated[0]
    high = sum(item.interval.high for item in stated)
    printed = " + ".join(item.printed for item in stated)
    return Figure(Interval(first.interval.low, high), printed, first.source, first.grade)


def _hertz(row: Fields, key: str, factor: Decimal) -> float | None:
    number = row.number(key)
    return None if number is None else float(number * factor)


def _architecture(row: Fields) -> str:
    name = row.text("architecture")
    if name not in ARCHITECTURES:
        raise RowError(
            f"{name!r} is not an architecture: use one of {', '.join(sorted(ARCHITECTURES))}"
        )
    return name


def _models(text: str) -> tuple[int, int]:
    first, last = _ends(text, "models", "[0-9a-f]{1,2}")
    return int(first, 16), int(last, 16)


def _parts(text: str) -> tuple[str, str]:
    return _ends(text, "parts", "[0-9a-f]{3}")


def _steppings(row: Fields) -> tuple[int, int] | None:
    text = row.maybe_text("steppings")
    if text is None:
        return None
    first, last = _ends(text, "steppings", "[0-9]{1,3}")
    return int(first), int(last)


def _ends(text: str, key: str, number: str) -> tuple[str, str]:
    match = re.fullmatch(f"({number})(?:-({number}))?", text)
    if match is None:
        raise RowError(f"{text!r} in {key!r} must be one number or a range, such as 0a or 0a-1f")
    return match[1], match[2] or match[1]
