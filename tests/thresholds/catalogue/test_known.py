"""The ids that a search goes by when it does not trust classes."""

from __future__ import annotations

import pytest

from gauger_thresholds.catalogue.known import known_ids
from gauger_thresholds.catalogue.load import built_in


@pytest.mark.parametrize(
    "ids",
    # AMD's NPUs show 1180, Intel's 0480 on early machines, Amazon's and Coral's 0880, TPUs ff00.
    ["10de:2330", "1022:1502", "1022:17f0", "8086:7d1d", "1d0f:7164", "1ac1:089a", "1ae0:0027"],
)
def test_a_product_that_computes_is_known_by_its_ids(ids: str) -> None:
    assert ids in known_ids(built_in(), "pci")


@pytest.mark.parametrize("ids", ["1a03:2000", "1414:008e", "8086:37c8"])
def test_what_computes_nothing_is_not(ids: str) -> None:
    assert ids not in known_ids(built_in(), "pci")


def test_usb_products_are_known_apart() -> None:
    assert "1a6e:089a" in known_ids(built_in(), "usb")
    assert "1a6e:089a" not in known_ids(built_in(), "pci")
