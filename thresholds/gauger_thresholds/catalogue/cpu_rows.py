"""Makes processors and ceilings of the rows of a catalogue file.

The keys are those that the head of ``cpu.toml`` documents; clocks are in GHz there and leave here
in Hz. Pure: a row is a TOML table whose numbers are ``int`` or ``Decimal``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from gauger_thresholds.catalogue.fields import Fields, RowError
from gauger_thresholds.catalogue.figures import maybe_figure, read_figure, read_hertz
from gauger_thresholds.catalogue.model import Cpu, Figure, Grade, IsaCeiling, Segment

ARCHITECTURES = frozenset({"x86", "arm", "power", "s390", "loongarch", "riscv"})
_GIGA = Decimal(10) ** 9
_TERA = Decimal(10) ** 12


def read_cpu(table: Mapping[str, object]) -> Cpu:
    """Return the microarchitecture that a ``[[cpu]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    source, grade = row.text("source"), row.choice("grade", Grade)
    cpu = Cpu(
        id=row.row_id(),
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
        base_hz=read_hertz(row, "baseGHz", _GIGA),
        clock_ceiling_hz=read_hertz(row, "clockCeilingGHz", _GIGA),
        die_area=maybe_figure(row, "dieMm2", source, grade),
        segment=row.maybe_choice("segment", Segment),
        source=source,
        grade=grade,
        note=row.maybe_text("note"),
        all_core=_times(_GIGA, row, "allCoreGHz", source, grade, exact=True),
        published_fp64=_times(_TERA, row, "publishedTFLOPS", source, grade, exact=False),
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


def _per_cycle(row: Fields, key: str, source: str, grade: Grade) -> Figure:
    figure = _times(Decimal(1), row, key, source, grade, exact=True)
    if figure is None:
        raise RowError(f"{key!r} is missing: add it")
    return figure


def _times(
    factor: Decimal, row: Fields, key: str, source: str, grade: Grade, *, exact: bool
) -> Figure | None:
    """Return the figure in base units; ``exact`` is for counts and multiples of a clock."""
    raw = row.raw(key)
    if raw is None:
        return None
    return read_figure(key, raw, source, grade, factor=factor, exact=exact)


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
