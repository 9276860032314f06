"""Checks a catalogue beyond its shape: sources exist, ids do not collide, figures are believable.

Every problem is reported at once, each naming file and row, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gauger_thresholds.catalogue.load import Reading, built_in_files, read
from gauger_thresholds.catalogue.model import (
    CameraKind,
    CameraRow,
    Cpu,
    Device,
    Figure,
    Kind,
    Pattern,
)
from gauger_thresholds.catalogue.patterns import breadth

#: Bits of one operand by precision; TF32 is not counted towards TPP.
_BITS = {"fp64": 64, "fp32": 32, "fp16": 16, "fp8": 8, "int8": 8, "fp6": 6, "fp4": 4, "int4": 4}
#: TPP beyond any device of the next years; a rate in giga-operations written as tera exceeds it.
_MAX_TPP = 1e6
#: Largest area in mm²: several reticles of 858 mm².
_MAX_DIE = 5000
_CLOCKS = (0.2e9, 8e9)
#: Bits × operations per clock that one unit of a kind does, to within a factor of ten.
_UNIT_BITS = {"sm": 32768, "cu": 16384, "xeCore": 65536, "xve": 4096, "eu": 512, "mme": 2**21}
_SILENT = frozenset({Kind.DISPLAY, Kind.PARAVIRTUAL, Kind.SUPPORT})
_TERA = 1e12


def problems(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the catalogue in ``files``; empty when nothing is."""
    reading = read(files)
    found = list(reading.faults)
    for name, device in reading.devices:
        found += [f"{name}: {device.id}: {text}" for text in _device(device)]
    for name, cpu in reading.cpus:
        found += [f"{name}: {cpu.id}: {text}" for text in _cpu(cpu)]
    found += [f"{name}: {row.id}: {text}" for name, row in reading.cameras
              for text in _camera(row, reading)]  # fmt: skip
    return [*found, *_collisions(reading), *_sources(reading)]


def problems_of_built_in() -> list[str]:
    """Return what is wrong with the catalogue that ships with this distribution."""
    return problems(built_in_files())


def _device(device: Device) -> Iterator[str]:
    if (device.segment is None) != (device.segment_source is None):
        yield "segment and segmentSource go together: state both or neither"
    if (device.units is None) != (device.unit_kind is None):
        yield "units and unitKind go together: state both or neither"
    if not device.patterns and not device.drivers and not device.note:
        yield "it has no ids: add pci, usb or drivers, or say why in the note"
    yield from _rated(device)
    yield from _believable(device)


def _rated(device: Device) -> Iterator[str]:
    stated = bool(device.rates) or device.tpp_bound is not None
    if device.kind in _SILENT and stated:
        yield f"a device of kind {device.kind.value} computes nothing: remove its rates and bound"
    if device.rates and device.tpp_bound is not None:
        yield "it states rates and tppBound: keep the rates, and their range if they are disputed"
    if device.kind not in _SILENT and not stated and not device.note:
        yield "it states neither rates nor tppBound: say in the note why not"
    if device.tpp_bound is not None and not device.note:
        yield "a bound must show its reckoning: add it as the note"


def _believable(device: Device) -> Iterator[str]:
    tpp = _tpp(device)
    if tpp > _MAX_TPP:
        yield f"its TPP of {tpp:,.0f} is not believable: rates are in tera-operations per second"
    if device.die_area is not None and device.die_area.interval.high > _MAX_DIE:
        yield f"a die of {device.die_area.printed} mm² is not believable: state all dies in mm²"
    if device.boost_hz is not None and not _CLOCKS[0] <= device.boost_hz <= _CLOCKS[1]:
        yield f"a clock of {device.boost_hz / 1e9:,.3g} GHz is not believable: boostMHz is in MHz"
    expected = _expected(device)
    if expected and device.rates and not expected / 10 <= tpp <= expected * 10:
        yield (
            f"its TPP of {tpp:,.0f} is far from the {expected:,.0f} that {device.units} "
            f"{device.unit_kind} at its clock suggest: check rates, units and boostMHz"
        )


def _tpp(device: Device) -> float:
    counted = [
        figure.interval.high * _BITS[name] for name, figure in device.rates.items() if name in _BITS
    ]
    bound = device.tpp_bound.interval.high * _TERA if device.tpp_bound else 0.0
    return max([*counted, bound]) / _TERA


def _expected(device: Device) -> float | None:
    if device.units is None or device.boost_hz is None or device.unit_kind not in _UNIT_BITS:
        return None
    return device.units * device.boost_hz * _UNIT_BITS[device.unit_kind] / _TERA


def _cpu(cpu: Cpu) -> Iterator[str]:
    if not (cpu.families or cpu.parts or cpu.name_contains):
        yield "nothing identifies it: add families, parts or nameContains"
    if cpu.fp64_per_cycle.interval.high * 64 > cpu.bits_per_cycle.interval.high:
        yield "fp64PerCycle × 64 exceeds bitsPerCycle: the latter counts every precision"
    if cpu.clock_ceiling_hz is not None and not _CLOCKS[0] <= cpu.clock_ceiling_hz <= _CLOCKS[1]:
        yield f"a clock of {cpu.clock_ceiling_hz / 1e9:,.3g} GHz is not believable"
    if cpu.max_cores is None:
        yield "maxCores is missing: a virtual machine cannot be bounded without it"


def _camera(row: CameraRow, reading: Reading) -> Iterator[str]:
    known = {array.name for _, array in reading.arrays}
    if not row.patterns:
        yield "nothing identifies it: add usb"
    for name in row.arrays:
        if name not in known:
            yield f"array {name!r} is not in [[thermalArray]]: add it"
    if row.arrays and row.kind is not CameraKind.THERMAL:
        yield f"a camera of kind {row.kind.value} has no thermal array: remove arrays"


def _collisions(reading: Reading) -> Iterator[str]:
    """One id in two rows is ambiguous: each row must say so, or one of them is wrong."""
    patterns = [(n, row, item) for n, row in reading.devices for item in row.patterns]
    for at, (name, row, pattern) in enumerate(patterns):
        for _, other, second in patterns[at + 1 :]:
            if other.id == row.id or not _overlap(pattern, second):
                continue
            if breadth(pattern) <= 1 and not (row.note and other.note):
                yield (
                    f"{name}: {row.id}: {_shown(pattern)} is in {other.id} too: "
                    "explain in the note of each, or remove one"
                )
            elif breadth(pattern) > 1:
                yield (
                    f"{name}: {row.id}: the range {_shown(pattern)} and {_shown(second)} of "
                    f"{other.id} overlap without one holding the other: narrow one"
                )


def _overlap(first: Pattern, second: Pattern) -> bool:
    """Do the two fit one device equally well, or cut each other?"""
    if (first.bus, first.vendor) != (second.bus, second.vendor):
        return False
    if first.last < second.first or second.last < first.first:
        return False
    if breadth(first) == breadth(second):
        return first.subsystem_device == second.subsystem_device
    nested = first.first <= second.first and second.last <= first.last
    return not nested and not (second.first <= first.first and first.last <= second.last)


def _shown(pattern: Pattern) -> str:
    end = "" if pattern.first == pattern.last else f"-{pattern.last}"
    beyond = f":{pattern.subsystem_vendor}:{pattern.subsystem_device}"
    return f"{pattern.vendor}:{pattern.first}{end}{beyond if pattern.subsystem_device else ''}"


def _sources(reading: Reading) -> Iterator[str]:
    used: set[str] = set()
    for name, label, keys in _cited(reading):
        for key in sorted(keys - used - reading.sources.keys()):
            yield f"{name}: {label}: source {key!r} is not in [sources]: add its citation"
        used |= keys
    for key in sorted(reading.sources.keys() - used):
        yield f"sources.toml: {key}: no row uses this source: remove it"


def _cited(reading: Reading) -> Iterator[tuple[str, str, set[str]]]:
    for name, device in reading.devices:
        figures = (
            *device.rates.values(),
            device.die_area,
            device.memory_bandwidth,
            device.io_bandwidth,
        )
        yield name, device.id, {device.source, *_keys(figures)}
    for name, cpu in reading.cpus:
        figures = (cpu.bits_per_cycle, cpu.fp64_per_cycle, cpu.die_area)
        yield name, cpu.id, {cpu.source, *_keys(figures)}
    for name, ceiling in reading.ceilings:
        yield name, f"isa {ceiling.flag}", {ceiling.source}
    for name, camera in reading.cameras:
        yield name, camera.id, {camera.source}
    for name, array in reading.arrays:
        yield name, array.name, {array.source}


def _keys(figures: Iterable[Figure | None]) -> set[str]:
    return {figure.source for figure in figures if figure is not None}
