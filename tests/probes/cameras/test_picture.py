"""What a frame's bytes show, however broken they are."""

from __future__ import annotations

import pytest

from gauger_probes.cameras.picture import bit_depth, is_short, jpeg_luma, jpeg_size, luma

_JPEG = (
    b"\xff\xd8"
    + b"\xff\xe0\x00\x04JF"
    + b"\xff\xc0\x00\x0b\x08\x04\x38\x07\x80\x01\x01\x11\x00"
    + b"\xff\xda\x00\x02data\xff\xd9"
)


def test_a_jpeg_states_its_own_size() -> None:
    assert jpeg_size(_JPEG) == (1920, 1080)


@pytest.mark.parametrize("cut", range(17))
def test_a_jpeg_without_a_whole_frame_header_states_none(cut: int) -> None:
    assert jpeg_size(_JPEG[:cut]) is None


def test_a_jpeg_of_endless_segments_ends() -> None:
    assert jpeg_size(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 10_000) is None


def test_a_jpeg_that_was_cut_is_short_and_padding_is_not_a_cut() -> None:
    assert not is_short(_JPEG, "MJPG", 1920, 1080)
    assert not is_short(_JPEG + bytes(999), "MJPG", 1920, 1080)
    assert is_short(_JPEG[:-3], "MJPG", 1920, 1080)


@pytest.mark.parametrize(
    ("name", "size"), [("YUYV", 64), ("NV12", 48), ("GREY", 32), ("Y16 ", 64), ("H264", 1)]
)
def test_a_raw_frame_that_lacks_a_byte_is_short(name: str, size: int) -> None:
    assert not is_short(bytes(size), name, 8, 4)
    assert is_short(bytes(size - 1), name, 8, 4)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("GREY", b"\x01\x02\x03\x04"),
        ("YUYV", b"\x01\xff\x02\xff\x03\xff\x04\xff"),
        ("UYVY", b"\xff\x01\xff\x02\xff\x03\xff\x04"),
        ("Y16 ", b"\xff\x01\xff\x02\xff\x03\xff\x04"),
        ("NV12", b"\x01\x02\x03\x04\xff\xff"),
        ("YU12", b"\x01\x02\x03\x04\xff\xff"),
    ],
)
def test_luma_is_found_where_the_format_puts_it(name: str, payload: bytes) -> None:
    found = luma(payload, name, 2, 2, 0)
    assert found is not None
    assert found.tolist() == [[1, 2], [3, 4]]


def test_rows_that_are_padded_are_read_without_the_padding() -> None:
    found = luma(b"\x01\x02\xee\xee\x03\x04\xee\xee", "GREY", 2, 2, 4)
    assert found is not None
    assert found.tolist() == [[1, 2], [3, 4]]


def test_a_last_row_without_its_padding_is_whole() -> None:
    found = luma(b"\x01\x02\xee\xee\x03\x04", "GREY", 2, 2, 4)
    assert found is not None
    assert found.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_frame_without_all_its_luma_has_none(length: int) -> None:
    assert luma(bytes(length), "GREY", 2, 2, 0) is None


def test_colours_without_luma_have_none() -> None:
    assert luma(bytes(12), "RGB3", 2, 2, 6) is None


def test_the_highest_bit_in_use_is_the_depth() -> None:
    assert bit_depth([b"\x00\x01\xff\x3f", b"\x00\x00"], "Y16 ") == 14
    assert bit_depth([b"\x3f\xff"], "Y16 -BE") == 14
    assert bit_depth([b"\xff\xff"], "YUYV") is None
    assert bit_depth([bytes(4)], "Y10 ") is None


def test_bytes_that_are_no_jpeg_have_no_luma() -> None:
    assert jpeg_luma(b"\xff\xd8nonsense") is None
