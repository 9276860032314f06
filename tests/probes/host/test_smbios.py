"""SMBIOS structures: memory devices of every shape, and tables that are cut or lie."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.host.smbios import memory_module, structures

GIB = 1024**3
STRINGS = b"DIMM_A1\0BANK 0\0Samsung\0S3R1AL\0M393A8G40BB4\0\0"


def device(
    *,
    size: int = 0x7FFF,
    extended: int = 65_536,
    speed: int = 3200,
    extended_speed: int = 0,
    kind: int = 0x1A,
    strings: bytes = STRINGS,
) -> bytes:
    """Return a type 17 structure of SMBIOS 3.3 (0x5C bytes)."""
    head = struct.pack("<BBHHHHHH", 17, 0x5C, 0x1100, 0, 0, 72, 64, size)
    middle = struct.pack("<BBBBBHHBBBBB", 9, 0, 1, 2, kind, 0, speed, 3, 4, 0, 5, 2)
    tail = struct.pack("<I", extended).ljust(0x54 - 0x1C, b"\0") + struct.pack(
        "<II", extended_speed, 0
    )
    return head + middle + tail + strings


def test_a_module_is_read_with_its_strings() -> None:
    module = memory_module(device(), "dmi:17-0")
    assert module is not None
    assert (module.locator, module.vendor, module.serial) == ("DIMM_A1", "Samsung", "S3R1AL")
    assert (module.part, module.kind) == ("M393A8G40BB4", "DDR4")
    assert (module.size_bytes, module.speed_hz) == (64 * GIB, 3.2e9)
    assert module.source == "dmi:17-0"


@pytest.mark.parametrize(
    ("size", "extended", "expected"),
    [
        (16_384, 0, 16 * GIB),
        (0x8000 | 512, 0, 512 * 1024),
        (0x7FFF, 0x8000_0000 | 32_768, 32 * GIB),
        (0xFFFF, 0, None),
    ],
)
def test_sizes_are_in_the_unit_that_the_field_says(
    size: int, extended: int, expected: int | None
) -> None:
    module = memory_module(device(size=size, extended=extended), "dmi")
    assert module is not None
    assert module.size_bytes == expected


def test_an_empty_slot_is_no_module() -> None:
    assert memory_module(device(size=0), "dmi") is None


@pytest.mark.parametrize(
    ("speed", "extended", "expected"), [(0, 0, None), (5600, 0, 5.6e9), (0xFFFF, 70_000, 70e9)]
)
def test_speeds_beyond_the_old_field_are_in_the_new_one(
    speed: int, extended: int, expected: float | None
) -> None:
    module = memory_module(device(speed=speed, extended_speed=extended), "dmi")
    assert module is not None
    assert module.speed_hz == expected


def test_a_string_number_without_a_string_is_no_text() -> None:
    module = memory_module(device(strings=b"DIMM_A1\0\0"), "dmi")
    assert module is not None
    assert (module.locator, module.vendor, module.serial, module.part) == ("DIMM_A1",) + (None,) * 3


def test_a_structure_of_an_old_version_gives_what_it_holds() -> None:
    whole = device(size=4096)
    old = bytes([17, 0x15]) + whole[2:0x15] + STRINGS
    module = memory_module(old, "dmi")
    assert module is not None
    assert (module.size_bytes, module.locator) == (4 * GIB, "DIMM_A1")
    assert (module.speed_hz, module.vendor) == (None, None)


def test_another_structure_is_no_module() -> None:
    assert memory_module(bytes([16]) + device()[1:], "dmi") is None


@pytest.mark.parametrize("length", range(0x60))
def test_a_module_cut_anywhere_does_no_harm(length: int) -> None:
    module = memory_module(device()[:length], "dmi")
    assert module is None or module.source == "dmi"


def test_a_table_is_walked_to_its_end_marker() -> None:
    bios = struct.pack("<BBH", 0, 4, 0) + b"vendor\0\0"
    bare = struct.pack("<BBH", 16, 4, 1) + b"\0\0"
    end = struct.pack("<BBH", 127, 4, 2) + b"\0\0"
    found = list(structures(bios + device() + bare + end + device()))
    assert found == [bios, device(), bare]


@pytest.mark.parametrize(
    "table",
    [b"", b"\x11", b"\x11\x00\x00\x00", b"\x11\x03\x00\x00\0\0", b"\x11\xff\x00\x00abc"],
)
def test_a_table_that_lies_about_lengths_ends(table: bytes) -> None:
    assert len(list(structures(table))) <= 1


@given(st.binary(max_size=400))
def test_any_bytes_are_walked_without_an_exception(table: bytes) -> None:
    for raw in structures(table):
        memory_module(raw, "dmi")
    memory_module(table, "dmi")
