"""The luma quantisation table, read from real and from broken JPEG headers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.cameras.detail.jpeg import MAX_SEGMENTS, JpegError, luma_table

#: ITU-T T.81, table K.1, which quality 50 uses as it stands: first row and first column.
K1_ROW = (16, 11, 10, 16, 24, 40, 51, 61)
K1_COLUMN = (16, 12, 14, 14, 18, 24, 49, 72)


def _jpeg(quality: int) -> bytes:
    picture = np.arange(64 * 64 * 3, dtype=np.uint32).reshape(64, 64, 3).astype(np.uint8)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def test_quality_50_carries_the_standards_own_luma_table() -> None:
    table = luma_table(_jpeg(50))
    assert table[0] == K1_ROW
    assert tuple(row[0] for row in table) == K1_COLUMN
    assert table[7][7] == 99


def test_a_higher_quality_divides_by_less() -> None:
    assert luma_table(_jpeg(95))[7][7] < luma_table(_jpeg(70))[7][7]


def test_tables_of_16_bits_are_read() -> None:
    body = b"\x10" + b"".join(value.to_bytes(2, "big") for value in range(300, 364))
    frame = bytes((8, 0, 8, 0, 8, 1, 1, 0x11, 0))
    data = b"\xff\xd8" + _segment(0xDB, body) + _segment(0xC0, frame) + b"\xff\xda\x00\x02"
    table = luma_table(data)
    assert (table[0][0], table[0][1], table[1][0], table[7][7]) == (300, 301, 302, 363)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "start marker"),
        (b"\x89PNG\r\n", "start marker"),
        (b"\xff\xd8", "no marker"),
        (b"\xff\xd8\xff\xdb\x00\x43\x00", "cut short"),
        (b"\xff\xd8\xff\xdb\x00\x00", "cut short"),
        (b"\xff\xd8\xff\xdb\x00\x04\x00\x01", "cut short"),
        (b"\xff\xd8\xff\xdb\x00\x43\x00" + bytes(64), "zero"),
        (b"\xff\xd8\xff\xc0\x00\x03\x08", "cut short"),
        (b"\xff\xd8\xff\xd9\x00\x00", "no luma"),
        (b"\xff\xd8" + b"\xff\xfe\x00\x02" * (MAX_SEGMENTS + 1), "more than"),
    ],
)
def test_a_broken_header_says_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(JpegError, match=message):
        luma_table(data)


@given(st.binary(max_size=300), st.integers(min_value=2, max_value=600))
def test_damaged_bytes_give_a_table_or_a_jpeg_error(noise: bytes, at: int) -> None:
    whole = _jpeg(90)
    try:
        table = luma_table(whole[:at] + noise + whole[at + len(noise) :])
    except JpegError:
        return
    assert len(table) == 8
    assert all(len(row) == 8 and min(row) > 0 for row in table)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
