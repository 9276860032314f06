"""Parses SMBIOS structures: walks a table and reads a memory device (type 17).

Pure and bounded: bytes in, records out; a structure that is cut short gives what it holds.
Offsets and codes are those of DMTF DSP0134 (SMBIOS 3.7), section 7.18.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gauger_probes.evidence.host import MemoryModule
from gauger_probes.text import clean

MEMORY_DEVICE = 17

_HEADER = 4
_END_OF_TABLE = 127
#: More structures than any machine has; a large server has a few hundred.
_MAX_STRUCTURES = 16_384
_KIB = 1024
_MIB = 1024 * 1024
_UNKNOWN_SIZE = 0xFFFF
_SEE_EXTENDED_SIZE = 0x7FFF
_SEE_EXTENDED_SPEED = 0xFFFF

_TYPES: Mapping[int, str] = {
    0x03: "DRAM",
    0x0F: "SDRAM",
    0x12: "DDR",
    0x13: "DDR2",
    0x14: "DDR2 FB-DIMM",
    0x18: "DDR3",
    0x1A: "DDR4",
    0x1B: "LPDDR",
    0x1C: "LPDDR2",
    0x1D: "LPDDR3",
    0x1E: "LPDDR4",
    0x1F: "logical non-volatile",
    0x20: "HBM",
    0x21: "HBM2",
    0x22: "DDR5",
    0x23: "LPDDR5",
    0x24: "HBM3",
}


def structures(table: bytes) -> Iterator[bytes]:
    """Yield each structure of ``table`` (formatted area and strings), up to the end marker."""
    at = 0
    for _ in range(_MAX_STRUCTURES):
        if at + _HEADER > len(table) or table[at] == _END_OF_TABLE or table[at + 1] < _HEADER:
            return
        end = table.find(b"\0\0", at + table[at + 1])
        end = len(table) if end < 0 else end + 2
        yield table[at:end]
        at = end


def memory_module(raw: bytes, source: str) -> MemoryModule | None:
    """Return the module in the slot that ``raw`` describes; ``None`` for an empty slot.

    ``speed_hz`` is the rated transfer rate in transfers per second. ``None`` too where ``raw``
    is no memory device.
    """
    if len(raw) < _HEADER or raw[0] != MEMORY_DEVICE:
        return None
    size = _number(raw, 0x0C, 2)
    if not size:
        return None
    return MemoryModule(
        locator=_string(raw, 0x10),
        size_bytes=_size(raw, size),
        kind=_TYPES.get(_number(raw, 0x12, 1) or 0),
        speed_hz=_speed(raw),
        vendor=_string(raw, 0x17),
        part=_string(raw, 0x1A),
        serial=_string(raw, 0x18),
        source=source,
    )


def _size(raw: bytes, size: int) -> int | None:
    if size == _UNKNOWN_SIZE:
        return None
    if size == _SEE_EXTENDED_SIZE:
        megabytes = _number(raw, 0x1C, 4)
        return None if megabytes is None else (megabytes & 0x7FFF_FFFF) * _MIB
    return (size & 0x7FFF) * (_KIB if size & 0x8000 else _MIB)


def _speed(raw: bytes) -> float | None:
    megatransfers = _number(raw, 0x15, 2)
    if megatransfers == _SEE_EXTENDED_SPEED:
        megatransfers = _number(raw, 0x54, 4)
    return megatransfers * 1e6 if megatransfers else None


def _number(raw: bytes, offset: int, size: int) -> int | None:
    """Return a little-endian field of the formatted area, or ``None`` where it is too short."""
    formatted = raw[: raw[1]]
    if offset + size > len(formatted):
        return None
    return int.from_bytes(formatted[offset : offset + size], "little")


def _string(raw: bytes, offset: int) -> str | None:
    """Return the string whose number (from 1; 0 is none) stands at ``offset``."""
    number = _number(raw, offset, 1)
    strings = raw[raw[1] :].split(b"\0")
    if not number or number > len(strings):
        return None
    return clean(strings[number - 1])
