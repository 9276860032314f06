"""Makes devices of the rows of a catalogue file.

The keys are those that the head of ``nvidia.toml`` documents; units are in their names
(``boostMHz``, ``memoryGBs``, ``dieMm2``) and leave here as base units, except areas, which stay in
mm². Rates are in tera-operations per second. Memory sizes are as makers count them: a "GB" of
memory is 2**30 bytes, of which a driver reports a little less than all.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gauger_thresholds.catalogue.fields import Fields, RowError, positive
from gauger_thresholds.catalogue.figures import (
    maybe_figure,
    read_accumulate,
    read_bound,
    read_figure,
    read_hertz,
)
from gauger_thresholds.catalogue.model import Device, Figure, Grade, Kind, Segment
from gauger_thresholds.catalogue.patterns import read_pattern
from gauger_thresholds.catalogue.rates import read_rates
from gauger_thresholds.interval import Interval

_TERA = Decimal(10) ** 12
_GIGA = Decimal(10) ** 9
_MEGA = Decimal(10) ** 6
_GIBI = Decimal(2) ** 30


def read_device(table: Mapping[str, object]) -> Device:
    """Return the device that a ``[[device]]`` table describes.

    Raises:
        RowError: a key is missing, unknown or of the wrong shape.
    """
    row = Fields(table)
    source, grade, accumulate = row.text("source"), row.choice("grade", Grade), read_accumulate(row)
    patterns = tuple(read_pattern(bus, text) for bus in ("pci", "usb") for text in row.texts(bus))
    device = Device(
        id=row.row_id(),
        name=row.text("name"),
        kind=row.choice("kind", Kind),
        patterns=patterns,
        rates=read_rates(row, "rates", source, grade, accumulate),
        tpp_bound=_bound(row, "tppBound", Decimal(1), source, grade),
        units=row.integer("units"),
        unit_kind=row.maybe_text("unitKind"),
        boost_hz=read_hertz(row, "boostMHz", _MEGA),
        die_area=maybe_figure(row, "dieMm2", source, grade),
        planar=row.flag("planar"),
        memory_bandwidth=_bandwidth(row, source, grade),
        io_bandwidth=_io(row, source, grade),
        segment=row.maybe_choice("segment", Segment),
        segment_source=row.maybe_text("segmentSource"),
        integrated=row.flag("integrated"),
        source=source,
        grade=grade,
        note=row.maybe_text("note"),
        drivers=row.texts("drivers"),
        fp64_bound=_bound(row, "fp64Bound", _TERA, source, grade),
        architecture=row.row_id("architecture") if row.has("architecture") else None,
        memory_bytes=_sizes(row),
        functions=row.integer("functions") or 1,
        fused=row.maybe_text("fused"),
        wide_rates=read_rates(row, "wide", source, grade, "fp32"),
        process=row.maybe_text("process"),
        called=row.texts("called"),
    )
    row.refuse_strangers()
    return device


def _bound(row: Fields, key: str, factor: Decimal, source: str, grade: Grade) -> Figure | None:
    raw = row.raw(key)
    return None if raw is None else read_bound(key, raw, source, grade, factor)


def _sizes(row: Fields) -> tuple[int, ...]:
    """One size or a list of them, smallest first."""
    raw = row.raw("memoryGB")
    if raw is None:
        return ()
    sizes = raw if isinstance(raw, list) else [raw]
    stated = tuple(int(positive("memoryGB", size) * _GIBI) for size in sizes)
    if not stated or list(stated) != sorted(set(stated)):
        raise RowError("'memoryGB' must be a size, or a list of sizes that grows: [40, 80]")
    return stated


def _bandwidth(row: Fields, source: str, grade: Grade) -> Figure | None:
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
