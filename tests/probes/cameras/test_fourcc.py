"""Pixel formats are spelt as v4l2-ctl spells them."""

from __future__ import annotations

import pytest

from gauger_probes.cameras.fourcc import code, spell


def _code(text: bytes, *, big_endian: bool = False) -> int:
    return int.from_bytes(text, "little") | (1 << 31 if big_endian else 0)


@pytest.mark.parametrize("name", ["YUYV", "MJPG", "Y16 ", "pRAA", "Y8I "])
def test_a_code_is_spelt_by_its_four_characters(name: str) -> None:
    assert spell(_code(name.encode())) == name


@pytest.mark.parametrize(("name", "spelling"), [(b"Y16 ", "Y16 -BE"), (b"AR15", "AR15-BE")])
def test_the_big_endian_variant_gets_a_suffix(name: bytes, spelling: str) -> None:
    assert spell(_code(name, big_endian=True)) == spelling


def test_what_does_not_print_is_escaped_and_not_dropped() -> None:
    assert spell(_code(b"Y\x1b\0\t")) == "Y\\x1b\\x00\\x09"


@pytest.mark.parametrize("number", [0x56595559, 0x20363159, 0xA0363159, 0x00091B59, 0x3E3C2D5C])
def test_a_spelling_leads_back_to_its_code(number: int) -> None:
    assert code(spell(number)) == number


@pytest.mark.parametrize("name", ["", "ABC", "ABCDE", "YUYV-LE", "\\xZZABC", "Å123"])
def test_what_is_no_spelling_has_no_code(name: str) -> None:
    assert code(name) is None
