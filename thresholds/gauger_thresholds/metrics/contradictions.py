"""What the sources of one device say against each other, and against the catalogue's rows.

PCI ids are held against a driver's name, architecture, unit count, memory size and its own PCI
numbers. Judging uses it (a device may be the larger of what it is called), and so does the doubt
that prints the values side by side.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gauger_probes.evidence.accelerator import Accelerator, Identity
from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.catalogue.match import rows_named
from gauger_thresholds.catalogue.model import Catalogue, Device, Kind
from gauger_thresholds.metrics.unit_rating import architecture_stated, units_of

#: How the source of a name that the catalogue itself gave begins.
CATALOGUE = "catalogue:"
#: Classes that a GPU shows: display controllers and processing accelerators (pci.ids, under C).
_GPU_CLASSES = ("03", "12")
_DISPLAY_CLASS = "03"
#: The numbers that tell a product; a subsystem may be set by the board's maker.
_PRODUCT = ("vendor", "device")
#: Drivers report less memory than is sold: ECC and firmware keep some (15,109 MiB of a T4's 16 GB).
_LEAST_MEMORY = 0.85
_MOST_MEMORY = 1.02
_GIB = 2**30
#: Limits that explain why a driver states less than the whole device.
_SHARES = frozenset({"partition", "virtualised"})
#: A product's own designation: letters and digits together, such as A100, H20 or 4090.
_DESIGNATION = re.compile(r"\b(?:[A-Z]{1,4}\d{1,4}[A-Z]{0,2}|\d{4})\b")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One source against the PCI ids: what each states, as text. ``identity`` is that source.

    ``upwards``: the source states more than the ids allow, so that the device may be a larger one;
    ``anything``: it may then be any device at all.
    """

    identity: Identity
    subject: str
    by_ids: str
    by_source: str
    upwards: bool
    anything: bool = False


def contradictions(
    accelerator: Accelerator, rows: tuple[Device, ...], catalogue: Catalogue
) -> tuple[Contradiction, ...]:
    """Return every contradiction of ``accelerator``, whose PCI ids fit ``rows``."""
    return tuple(
        found
        for identity in accelerator.identities
        for check in _CHECKS
        for found in check(accelerator, identity, rows, catalogue)
    )


_Check = Callable[[Accelerator, Identity, tuple[Device, ...], Catalogue], Iterator[Contradiction]]


def _numbers(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    ours, theirs = accelerator.pci, identity.pci
    if ours is None or theirs is None:
        return
    for name in ("vendor", "device", "subsystem_vendor", "subsystem_device"):
        one, two = getattr(ours, name), getattr(theirs, name)
        if one is not None and two is not None and one != two:
            label = name.replace("_", " ")
            yield Contradiction(identity, f"PCI {label}", one, two, name in _PRODUCT)


def _class(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    shown = accelerator.pci.class_ if accelerator.pci else None
    kinds = {row.kind for row in rows}
    if identity.source != "pci" or shown is None:
        return
    if kinds == {Kind.DISPLAY} and not shown.startswith(_DISPLAY_CLASS):
        yield Contradiction(identity, "PCI class", _DISPLAY_CLASS, shown, True, anything=True)
    if kinds == {Kind.GPU} and not shown.startswith(_GPU_CLASSES):
        expected = " or ".join(_GPU_CLASSES)
        yield Contradiction(identity, "PCI class", expected, shown, False)


def _driver(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    numbers = accelerator.pci
    vendor = _vendors().get(accelerator.driver or "")
    if identity.source != "pci" or numbers is None or vendor in (None, numbers.vendor):
        return
    driver = f"{accelerator.driver}, which drives {vendor} alone"
    by_ids = f"vendor {numbers.vendor}"
    yield Contradiction(identity, "driver", by_ids, driver, True, anything=True)


@cache
def _vendors() -> dict[str, str]:
    text = files("gauger_thresholds.metrics").joinpath("vendor_drivers.toml").read_text("utf-8")
    return {name: str(entry["vendor"]) for name, entry in tomllib.loads(text)["drivers"].items()}


def _architecture(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    expected = {row.architecture for row in rows}
    stated = architecture_stated(identity, rows, catalogue)
    if stated is None or None in expected or not expected or stated.id in expected:
        return
    known = {row.name for row in catalogue.architectures if row.id in expected}
    yield Contradiction(identity, "architecture", _words(known), stated.name, True)


def _units(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    stated = architecture_stated(identity, rows, catalogue)
    counted = units_of(identity, stated) if stated else None
    expected = {row.units // row.functions for row in rows if row.units is not None}
    kinds = {row.unit_kind for row in rows}
    if stated is None or counted is None or kinds != {stated.unit_kind} or not expected:
        return
    if len(expected) < len(rows) or counted in expected:
        return
    more = counted > max(expected)
    if more or not _shared(accelerator):
        kind = stated.unit_kind
        yield Contradiction(
            identity, "units", f"{_words(expected)} {kind}", f"{counted} {kind}", more
        )


def _memory(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    sizes = {size // row.functions for row in rows for size in row.memory_bytes}
    stated = identity.memory_bytes
    if stated is None or not sizes or not all(row.memory_bytes for row in rows):
        return
    if any(size * _LEAST_MEMORY <= stated <= size * _MOST_MEMORY for size in sizes):
        return
    more = stated > max(sizes)
    if more or not _shared(accelerator):
        expected = " or ".join(f"{size / _GIB:g}" for size in sorted(sizes))
        yield Contradiction(identity, "memory", f"{expected} GiB", f"{stated / _GIB:.4g} GiB", more)


def _name(
    accelerator: Accelerator, identity: Identity, rows: tuple[Device, ...], catalogue: Catalogue
) -> Iterator[Contradiction]:
    if identity.source == "pci" or identity.source.startswith(CATALOGUE):
        return
    if not identity.name or not rows:
        return
    named = rows_named(catalogue, identity.name)
    ours = {text for row in rows for text in _DESIGNATION.findall(row.name.upper())}
    if not named or ours & set(_DESIGNATION.findall(identity.name.upper())):
        return
    if {row.id for row in named} & {row.id for row in rows} or _within(named, rows):
        return
    if rows:
        expected = " or ".join(dict.fromkeys(row.name for row in rows))
        yield Contradiction(identity, "name", expected, identity.name, True)


def _within(named: tuple[Device, ...], rows: tuple[Device, ...]) -> bool:
    """A family's bound covers a product of its architecture that has no row of its own ids."""
    bounds = [row.tpp_bound.interval.high for row in rows if row.tpp_bound is not None]
    same = {row.architecture for row in named} == {row.architecture for row in rows}
    return len(bounds) == len(rows) and same and all(_tpp(row) <= max(bounds) for row in named)


def _tpp(row: Device) -> float:
    rates = (
        row.rates[name].interval.high * bits for name, bits in BITS.items() if name in row.rates
    )
    return max(rates, default=0.0) / 1e12


_CHECKS: tuple[_Check, ...] = (_numbers, _class, _driver, _name, _architecture, _units, _memory)


def _shared(accelerator: Accelerator) -> bool:
    return any(limit.kind in _SHARES for limit in accelerator.limits)


def _words(values: Iterable[object]) -> str:
    return " or ".join(sorted(map(str, values)))
