"""Figures that a person declares for a device which nothing else can rate.

The file is TOML, one ``[[device]]`` table each: ``device`` (an address such as ``0000:65:00.0``, or
ids such as ``1d94:54b7``), ``rates`` (dense tera-operations/s by precision, a multiply-accumulate
counting as two), ``dieMm2``, ``memoryGBs``, ``linkGBs``, and ``source``, which names the datasheet.
Digits count as in the catalogue: 149.7 stands for 149.65 to 149.75. What is declared goes into the
evidence as declared, never as read.
"""

from __future__ import annotations

import dataclasses
import errno
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from gauger_agent.errors import InputUnreadable, UsageError
from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Rating
from gauger_probes.evidence.document import Evidence
from gauger_probes.text import clean
from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.catalogue.fields import Fields, RowError
from gauger_thresholds.catalogue.figures import read_figure
from gauger_thresholds.catalogue.model import Grade
from gauger_thresholds.findings import Basis

#: Largest file read, in bytes, and most devices in it: a machine holds a few dozen.
MAX_FILE = 64 * 1024
MAX_DEVICES = 256
_TERA, _GIGA, _ONE = Decimal(10) ** 12, Decimal(10) ** 9, Decimal(1)
#: Key of the table: quantity, unit, and factor to that unit.
_QUANTITIES: Mapping[str, tuple[str, str, Decimal]] = {
    "dieMm2": ("dieArea", "mm²", _ONE),
    "memoryGBs": ("memoryBandwidth", "B/s", _GIGA),
    "linkGBs": ("ioBandwidth", "B/s", _GIGA),
}
_ADVICE = "see docs/guides/declare-a-device.md"


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declared figures of the devices with this address or these ids."""

    device: str
    figures: tuple[Rating, ...]


def read(path: Path) -> tuple[Declaration, ...]:
    """Return what the file at ``path`` declares.

    Raises:
        InputUnreadable: it cannot be read.
        UsageError: it is not such a file; the message names table and key.
    """
    try:
        if not path.is_file():
            raise OSError(errno.EINVAL, "not a file")
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE + 1)
    except OSError as problem:
        raise InputUnreadable(f"{path}: {problem.strerror}", "name a readable file") from problem
    try:
        return tuple(_declarations(raw))
    except RowError as fault:
        raise UsageError(f"{path}: {fault}", _ADVICE) from fault


def apply(evidence: Evidence, declarations: Sequence[Declaration]) -> Evidence:
    """Return ``evidence`` with the declared figures at their devices.

    Raises:
        UsageError: a declaration fits no accelerator of the machine.
    """
    for item in declarations:
        if not any(_is_meant(item, device) for device in evidence.accelerators):
            listed = ", ".join(device.address for device in evidence.accelerators) or "none"
            raise UsageError(
                f"no accelerator {item.device!r} on this machine; there are {listed}", _ADVICE
            )
    devices = tuple(
        dataclasses.replace(device, rated=(*device.rated, *_of(device, declarations)))
        for device in evidence.accelerators
    )
    return dataclasses.replace(evidence, accelerators=devices)


def _of(device: Accelerator, declarations: Sequence[Declaration]) -> Iterator[Rating]:
    for item in declarations:
        if _is_meant(item, device):
            yield from item.figures


def _is_meant(item: Declaration, device: Accelerator) -> bool:
    pci = device.pci
    ids = f"{pci.vendor}:{pci.device}" if pci else None
    return device.parent is None and item.device in (device.address, device.id, ids)


def _declarations(raw: bytes) -> Iterator[Declaration]:
    if len(raw) > MAX_FILE:
        raise RowError(f"more than {MAX_FILE} bytes")
    try:
        content = Fields(tomllib.loads(raw.decode("utf-8"), parse_float=Decimal))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise RowError(f"not a TOML file: {problem}") from problem
    tables = content.raw("device")
    content.refuse_strangers()
    if not isinstance(tables, list) or not 0 < len(tables) <= MAX_DEVICES:
        raise RowError(f"it must hold 1 to {MAX_DEVICES} tables: write [[device]]")
    for number, table in enumerate(tables, start=1):
        if not isinstance(table, dict):
            raise RowError(f"device {number} is not a table: write [[device]]")
        try:
            yield _declaration(Fields(table))
        except RowError as fault:
            raise RowError(f"device {number}: {fault}") from fault


def _declaration(row: Fields) -> Declaration:
    source = f"declared: {clean(row.text('source'))}"
    figures = (*_rates(row.table("rates"), source), *_others(row, source))
    declaration = Declaration(row.text("device"), figures)
    row.refuse_strangers()
    if not figures:
        raise RowError("it declares nothing: add rates, such as { fp16 = 300 }")
    return declaration


def _rates(rates: Mapping[str, object], source: str) -> Iterator[Rating]:
    for precision, raw in rates.items():
        if precision not in BITS:
            raise RowError(f"{precision!r} is not a precision: use one of {', '.join(BITS)}")
        unit = "OP/s" if precision.startswith("int") else "FLOP/s"
        yield _rating("gemm", precision, unit, raw, _TERA, source)


def _others(row: Fields, source: str) -> Iterator[Rating]:
    for key, (quantity, unit, factor) in _QUANTITIES.items():
        raw = row.raw(key)
        if raw is not None:
            yield _rating(quantity, None, unit, raw, factor, source)


def _rating(
    quantity: str, precision: str | None, unit: str, raw: object, factor: Decimal, source: str
) -> Rating:
    figure = read_figure(precision or quantity, raw, source, Grade.UNVERIFIED, factor=factor)
    low, high = figure.interval.low, figure.interval.high
    if not math.isfinite(high):
        raise RowError(f"{precision or quantity!r} is too large to be a figure")
    basis = Basis.DECLARED.value
    return Rating(quantity, precision, unit, figure.interval.middle, low, high, basis, source)
