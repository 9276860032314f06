"""Reads the luma quantisation table from the header of a JPEG picture.

The table says which noise the codec could have let through. Marker layout follows ITU-T T.81,
annex B; the bytes come from a camera, so every length is checked and the walk is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator

from gauger_probes.cameras.detail.model import Table

#: Segments looked at before the scan; real headers have about ten.
MAX_SEGMENTS = 64

_START, _SCAN, _END = 0xD8, 0xDA, 0xD9
_TABLES = 0xDB
#: Frame headers (SOF0..SOF15) without the markers among them that mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class JpegError(ValueError):
    """The bytes are not a JPEG header that names a luma table."""


def luma_table(data: bytes) -> Table:
    """Return the 8x8 divisors of the first component, the luma of a camera's picture.

    Raises:
        JpegError: no such table in at most ``MAX_SEGMENTS`` segments before the scan.
    """
    tables: dict[int, Table] = {}
    selected: int | None = None
    for marker, body in _segments(data):
        if marker == _TABLES:
            tables.update(_tables(body))
        elif marker in _FRAMES:
            selected = _selector(body)
    if selected is None or selected not in tables:
        raise JpegError("no luma quantisation table before the scan")
    return tables[selected]


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    if data[:2] != bytes((0xFF, _START)):
        raise JpegError("does not begin with a JPEG start marker")
    at = 2
    for _ in range(MAX_SEGMENTS):
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            raise JpegError(f"no marker at byte {at}")
        marker = data[at + 1]
        if marker in {_SCAN, _END}:
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            raise JpegError(f"the segment at byte {at} is cut short")
        yield marker, body
        at += 2 + length
    raise JpegError(f"more than {MAX_SEGMENTS} segments before the scan")


def _tables(body: bytes) -> dict[int, Table]:
    found: dict[int, Table] = {}
    at = 0
    while at < len(body):
        width = 2 if body[at] >> 4 else 1
        values = body[at + 1 : at + 1 + 64 * width]
        if len(values) != 64 * width:
            raise JpegError("a quantisation table is cut short")
        divisors = [
            int.from_bytes(values[start : start + width], "big")
            for start in range(0, len(values), width)
        ]
        if 0 in divisors:
            raise JpegError("a quantisation table holds a zero")
        found[body[at] & 0x0F] = _rows(divisors)
        at += 1 + 64 * width
    return found


def _rows(divisors: list[int]) -> Table:
    rows = [[0] * 8 for _ in range(8)]
    for value, (row, column) in zip(divisors, _zigzag(), strict=True):
        rows[row][column] = value
    return tuple(tuple(row) for row in rows)


def _zigzag() -> list[tuple[int, int]]:
    """Return the 64 (row, column) pairs in the order of T.81, figure A.6."""
    cells = [(row, column) for row in range(8) for column in range(8)]

    def place(cell: tuple[int, int]) -> tuple[int, int]:
        diagonal = sum(cell)
        return diagonal, cell[0] if diagonal % 2 else cell[1]

    return sorted(cells, key=place)


def _selector(body: bytes) -> int:
    """Return which table the frame header's first component uses."""
    if len(body) < 9 or body[5] == 0:
        raise JpegError("the frame header is cut short")
    return body[8]
