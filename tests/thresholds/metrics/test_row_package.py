"""Several rows that fit one device: the rating is the hull of them, and a gap in one is a gap."""

from __future__ import annotations

import dataclasses

from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.model import Device
from gauger_thresholds.findings import Basis
from gauger_thresholds.metrics.row_package import from_rows
from support.catalogue import row
from support.machines import pci_device

_DEVICE = pci_device("10de:2330")
_H100, _A100 = row("10de:2330"), row("10de:20b2")
_CHIP = next(item for item in built_in().devices if item.id.startswith("aspeed/"))


def _areas(*rows: Device) -> object:
    return from_rows(_DEVICE, rows).die_area


def test_the_hull_holds_each_of_them() -> None:
    rating = from_rows(_DEVICE, (_H100, _A100))
    assert rating.tpp.interval.low < 5_000
    assert rating.tpp.interval.high > 15_000


def test_a_row_without_an_area_leaves_the_area_open() -> None:
    assert _areas(_H100, _A100) is not None
    assert _areas(_H100, dataclasses.replace(_A100, die_area=None)) is None


def test_one_planar_row_of_two_makes_no_planar_device() -> None:
    planar = dataclasses.replace(_A100, planar=True)
    assert not from_rows(_DEVICE, (_H100, planar)).planar
    assert from_rows(_DEVICE, (planar,)).planar


def test_one_display_chip_of_two_makes_no_display_chip() -> None:
    assert from_rows(_DEVICE, (_CHIP,)).basis is Basis.DISPLAY_ONLY
    assert from_rows(_DEVICE, (_CHIP, _H100)).basis is not Basis.DISPLAY_ONLY
