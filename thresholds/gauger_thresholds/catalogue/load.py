"""Reads the catalogue from bytes, and the one that ships with the distribution.

Every row that cannot be used is reported at once, with file, row, what is wrong and what to do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TypeVar

from gauger_thresholds.catalogue.architecture_rows import read_architecture
from gauger_thresholds.catalogue.camera_rows import read_array, read_camera
from gauger_thresholds.catalogue.cpu_rows import read_ceiling, read_cpu
from gauger_thresholds.catalogue.fields import Fields, RowError
from gauger_thresholds.catalogue.model import (
    Architecture,
    CameraRow,
    Catalogue,
    Cpu,
    Device,
    IsaCeiling,
    ThermalArray,
)
from gauger_thresholds.catalogue.rows import read_device

#: Largest catalogue file, in bytes; the longest that ships is a twentieth of this.
MAX_FILE = 2 * 1024 * 1024
_GIGA = Decimal(10) ** 9
_SECTIONS = (
    "device", "architecture", "cpu", "isa", "camera", "thermalArray", "clockCeilings", "sources",
)  # fmt: skip

T = TypeVar("T")


class CatalogueError(ValueError):
    """The catalogue cannot be used; the message holds one line for each fault."""


@dataclass(slots=True)
class Reading:
    """What could be read of a set of files: rows with the file of each, and the faults."""

    devices: list[tuple[str, Device]] = field(default_factory=list)
    architectures: list[tuple[str, Architecture]] = field(default_factory=list)
    cpus: list[tuple[str, Cpu]] = field(default_factory=list)
    ceilings: list[tuple[str, IsaCeiling]] = field(default_factory=list)
    cameras: list[tuple[str, CameraRow]] = field(default_factory=list)
    arrays: list[tuple[str, ThermalArray]] = field(default_factory=list)
    clock_ceilings: dict[str, float] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def parse(files: Mapping[str, bytes]) -> Catalogue:
    """Return the catalogue that ``files`` (name to TOML text) hold together.

    Raises:
        CatalogueError: a file or row cannot be used; every fault is named.
    """
    reading = read(files)
    if reading.faults:
        raise CatalogueError("\n".join(reading.faults))
    return Catalogue(
        devices=tuple(device for _, device in reading.devices),
        cpus=tuple(cpu for _, cpu in reading.cpus),
        ceilings=tuple(ceiling for _, ceiling in reading.ceilings),
        clock_ceilings=MappingProxyType(reading.clock_ceilings),
        sources=MappingProxyType(reading.sources),
        cameras=tuple(camera for _, camera in reading.cameras),
        thermal_arrays=tuple(array for _, array in reading.arrays),
        architectures=tuple(row for _, row in reading.architectures),
    )


def read(files: Mapping[str, bytes]) -> Reading:
    """Return everything that can be read of ``files``, and every fault beside it."""
    reading = Reading()
    for name in sorted(files):
        try:
            _file(name, _toml(files[name]), reading)
        except RowError as fault:
            reading.faults.append(f"{name}: {fault}")
    reading.faults += _repeated(reading)
    return reading


@cache
def built_in() -> Catalogue:
    """Return the catalogue that ships with this distribution.

    Raises:
        CatalogueError: the distribution is damaged.
    """
    return parse(built_in_files())


def built_in_files() -> dict[str, bytes]:
    """Return the files of the catalogue that ships with this distribution, by name."""
    folder = resources.files("gauger_thresholds.catalogue")
    return {
        entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".toml")
    }


def _toml(raw: bytes) -> dict[str, object]:
    if len(raw) > MAX_FILE:
        raise RowError(f"{len(raw)} bytes, more than {MAX_FILE}: split the file")
    try:
        return tomllib.loads(raw.decode("utf-8"), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise RowError(f"not a TOML file: {problem}") from problem


def _file(name: str, content: dict[str, object], reading: Reading) -> None:
    table = Fields(content)
    reading.devices += _rows(name, "device", table, read_device, reading.faults)
    reading.architectures += _rows(name, "architecture", table, read_architecture, reading.faults)
    reading.cpus += _rows(name, "cpu", table, read_cpu, reading.faults)
    reading.ceilings += _rows(name, "isa", table, read_ceiling, reading.faults)
    reading.cameras += _rows(name, "camera", table, read_camera, reading.faults)
    reading.arrays += _rows(name, "thermalArray", table, read_array, reading.faults)
    reading.clock_ceilings.update(_clocks(table))
    reading.sources.update(_sources(table))
    for key in content:
        if key not in _SECTIONS:
            known = ", ".join(_SECTIONS)
            reading.faults.append(f"{name}: {key!r} is not a section: use one of {known}")


def _rows(
    name: str,
    section: str,
    content: Fields,
    reader: Callable[[Mapping[str, object]], T],
    faults: list[str],
) -> Iterator[tuple[str, T]]:
    tables = content.raw(section) or []
    if not isinstance(tables, list):
        raise RowError(f"{section!r} must be a list of tables: write [[{section}]]")
    for number, table in enumerate(tables, start=1):
        if not isinstance(table, dict):
            faults.append(f"{name}: {section} {number}: not a table: write [[{section}]]")
            continue
        try:
            yield name, reader(table)
        except RowError as fault:
            label = table.get("id") or table.get("flag") or table.get("name") or number
            faults.append(f"{name}: {section} {label}: {fault}")


def _clocks(content: Fields) -> dict[str, float]:
    clocks = Fields(content.table("clockCeilings"))
    found = {key: clocks.number(key) for key in content.table("clockCeilings")}
    return {key: float(value * _GIGA) for key, value in found.items() if value is not None}


def _sources(content: Fields) -> dict[str, str]:
    table = content.table("sources")
    sources = Fields(table)
    return {key: sources.text(key) for key in table}


def _repeated(reading: Reading) -> Iterator[str]:
    first: dict[str, str] = {}
    rows = [(name, device.id) for name, device in reading.devices]
    rows += [(name, row.id) for name, row in reading.architectures]
    rows += [(name, cpu.id) for name, cpu in reading.cpus]
    rows += [(name, camera.id) for name, camera in reading.cameras]
    for name, row in rows:
        if row in first:
            yield f"{name}: {row}: the id is in {first[row]} already: give this row another"
        first.setdefault(row, name)
