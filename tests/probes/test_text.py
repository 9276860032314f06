"""Text from hardware acts on nothing: bounded, printable, and honest about what was there."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.text import clean


@given(st.binary() | st.text(), st.integers(1, 50))
def test_nothing_unprintable_and_nothing_long_comes_out(raw: bytes | str, limit: int) -> None:
    text = clean(raw, limit)
    assert text is None or 0 < len(text) <= limit
    assert not {unicodedata.category(char) for char in text or ""} & {"Cc", "Cf", "Cs", "Co", "Cn"}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Brio 4K\0\0\0", "Brio 4K"),
        (b"  \n", None),
        (b"a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb", "a\\u202eb"),
        (b"\xff", "\\xff"),
        ("x" * 300, "x" * 255 + "…"),
    ],
)
def test_what_was_there_stays_visible(raw: bytes | str, text: str | None) -> None:
    assert clean(raw) == text
