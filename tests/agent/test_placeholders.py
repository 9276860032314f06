"""What makers leave in firmware is no serial number; what they set is one."""

from __future__ import annotations

import pytest

from gauger_agent.placeholders import is_placeholder


@pytest.mark.parametrize(
    "text",
    ["To be filled by O.E.M.", " default STRING ", "SN0001", "0000-0000", "FFFFFFFF", "", "....."],
)
def test_a_filler_identifies_nothing(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["FXB21030017", "1A", "00000001"])
def test_a_serial_number_is_kept(text: str) -> None:
    assert not is_placeholder(text)
