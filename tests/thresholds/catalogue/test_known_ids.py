"""Every id of a list that was compiled without looking at the catalogue finds its row."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.match import devices_for
from support.catalogue import pci

_KNOWN = tomllib.loads(Path(__file__).with_name("known_ids.toml").read_text("utf-8"))
_IDS = sorted({number for numbers in _KNOWN.values() for number in numbers})


@pytest.mark.parametrize("number", _IDS)
def test_a_known_id_stands_for_the_products_that_its_makers_name(number: str) -> None:
    expected = {row for row, numbers in _KNOWN.items() if number in numbers}
    assert {row.id for row in devices_for(built_in(), pci(number))} == expected


def test_the_list_is_as_long_as_it_was_compiled() -> None:
    assert len(_IDS) >= 500
