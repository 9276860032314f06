"""Checks a catalogue beyond its shape: sources exist, ids do not collide, figures are believable.

Every problem is reported at once, each naming file and row, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gauger_thresholds.catalogue.lint_architectures import architecture_problems
from gauger_thresholds.catalogue.lint_devices import device_problems
from gauger_thresholds.catalogue.load import Reading, built_in_files, read
from gauger_thresholds.catalogue.model import CameraKind, CameraRow, Cpu, Figure
from gauger_thresholds.catalogue.patterns import breadth, overlap, spelling

_CLOCKS = (0.2e9, 8e9)


def problems(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the catalogue in ``files``; empty when nothing is."""
    reading = read(files)
    found = list(reading.faults)
    known = {row.id: row for _, row in reading.architectures}
    for name, device in reading.devices:
        found += [f"{name}: {device.id}: {text}" for text in device_problems(device, known)]
    found += architecture_problems(reading.architectures, (row for _, row in reading.devices))
    for name, cpu in reading.cpus:
        found += [f"{name}: {cpu.id}: {text}" for text in _cpu(cpu)]
    found += [f"{name}: {row.id}: {text}" for name, row in reading.cameras
              for text in _camera(row, reading)]  # fmt: skip
    return [*found, *_collisions(reading), *_sources(reading)]


def problems_of_built_in() -> list[str]:
    """Return what is wrong with the catalogue that ships with this distribution."""
    return problems(built_in_files())


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
            if other.id == row.id or not overlap(pattern, second):
                continue
            if breadth(pattern) <= 1 and not (row.note and other.note):
                yield (
                    f"{name}: {row.id}: {spelling(pattern)} is in {other.id} too: "
                    "explain in the note of each, or remove one"
                )
            elif breadth(pattern) > 1:
                yield (
                    f"{name}: {row.id}: the range {spelling(pattern)} and {spelling(second)} of "
                    f"{other.id} overlap without one holding the other: narrow one"
                )


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
            *device.wide_rates.values(),
            device.die_area,
            device.memory_bandwidth,
            device.io_bandwidth,
        )
        yield name, device.id, {device.source, *_keys(figures)}
    for name, architecture in reading.architectures:
        yield name, architecture.id, {architecture.source}
    for name, cpu in reading.cpus:
        figures = (
            cpu.bits_per_cycle,
            cpu.fp64_per_cycle,
            cpu.die_area,
            cpu.all_core,
            cpu.published_fp64,
        )
        yield name, cpu.id, {cpu.source, *_keys(figures)}
    for name, ceiling in reading.ceilings:
        yield name, f"isa {ceiling.flag}", {ceiling.source}
    for name, camera in reading.cameras:
        yield name, camera.id, {camera.source}
    for name, array in reading.arrays:
        yield name, array.name, {array.source}


def _keys(figures: Iterable[Figure | None]) -> set[str]:
    return {figure.source for figure in figures if figure is not None}
