"""Modes read from USB descriptors: what real cameras write, and what broken ones do."""

from __future__ import annotations

import time
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gauger_probes.cameras.uvc_descriptors import MAX_NOTES, Interface, parse
from gauger_probes.evidence.camera import Fraction, IntervalRange, Mode
from support.usb_descriptors import (
    BASE_GUID_TAIL,
    FRAME_BASED,
    MJPEG,
    UNCOMPRESSED,
    Format,
    Frame,
    class_specific,
    control,
    device,
    format_block,
    frame,
    function,
    interface,
    streaming,
)

_YUYV = Format(UNCOMPRESSED, (Frame(640, 480, (333_333, 1_000_000)), Frame(320, 240)))
_MJPG = Format(MJPEG, (Frame(1920, 1080),))
_30 = Fraction(333_333, 10_000_000)
_MODES = (
    Mode("YUYV", width=640, height=480, intervals=(_30, Fraction(1, 10))),
    Mode("YUYV", width=320, height=240, intervals=(_30,)),
    Mode("MJPG", width=1920, height=1080, intervals=(_30,)),
)


def _stream(*blocks: bytes) -> bytes:
    """Return a device whose streaming interface holds ``blocks`` after its header."""
    header = class_specific(0x01, bytes((1, 0, 0, 0x81, 0, 2, 0, 0, 0, 1, 0)))
    return device(interface(1, 0x0E, 0x02) + header + b"".join(blocks))


def test_formats_and_frames_become_modes_in_order() -> None:
    found = parse(device(function(0, (_YUYV, _MJPG))))
    assert found.modes == _MODES
    assert found.notes == ()
    assert found.interfaces == (Interface(0, 0, 0x0E, 1, 0), Interface(1, 0, 0x0E, 2, 0))


def test_class_blocks_behind_the_endpoint_count_too() -> None:
    assert parse(device(function(0, (_YUYV, _MJPG), blocks_last=True))).modes == _MODES


def test_two_streaming_interfaces_add_up() -> None:
    infrared = Format(UNCOMPRESSED, (Frame(340, 340),), guid=b"\x32\0\0\0" + BASE_GUID_TAIL)
    found = parse(device(function(0, (_YUYV, _MJPG)), function(2, (infrared,))))
    assert found.modes == (*_MODES, Mode("GREY", width=340, height=340, intervals=(_30,)))


def test_an_alternate_setting_adds_no_modes_of_its_own() -> None:
    again = interface(1, 0x0E, 0x02, endpoints=1, alternate=1)
    found = parse(device(function(0, (_YUYV,)), again + format_block(1, _MJPG)))
    assert {mode.pixel_format for mode in found.modes} == {"YUYV"}
    assert len(found.interfaces) == 3


def test_frame_based_frames_keep_their_interval_count_elsewhere() -> None:
    guid = b"H265" + BASE_GUID_TAIL
    encoder = Format(FRAME_BASED, (Frame(3840, 2160, (400_000, 500_000)),), guid=guid)
    (mode,) = parse(device(function(0, (encoder,)))).modes
    intervals = (Fraction(1, 25), Fraction(1, 20))
    assert mode == Mode("HEVC", width=3840, height=2160, intervals=intervals)


def test_no_listed_intervals_mean_a_range_and_a_step_of_zero_is_the_shortest() -> None:
    continuous = Frame(640, 480, (333_333, 10_000_000, 0), continuous=True)
    (mode,) = parse(device(function(0, (Format(UNCOMPRESSED, (continuous,)),)))).modes
    expected = IntervalRange(_30, Fraction(1, 1), Fraction(1, 10_000_000))
    assert mode == Mode("YUYV", width=640, height=480, interval_range=expected)


@pytest.mark.parametrize(
    ("guid", "name"),
    [
        (b"NV12" + BASE_GUID_TAIL, "NV12"),
        (b"I420" + BASE_GUID_TAIL, "YU12"),
        (b"Y8  " + BASE_GUID_TAIL, "GREY"),
        (b"Y16 " + BASE_GUID_TAIL, "Y16 "),
        (b"H265" + BASE_GUID_TAIL, "HEVC"),
        (b"NEW1" + BASE_GUID_TAIL, "NEW1"),
        (bytes.fromhex("7deb36e44f52ce119f530020af0ba770"), "BGR3"),
    ],
)
def test_a_guid_becomes_the_drivers_name_of_the_format(guid: bytes, name: str) -> None:
    (mode,) = parse(device(function(0, (Format(UNCOMPRESSED, (Frame(2, 2),), guid),)))).modes
    assert mode.pixel_format == name


@pytest.mark.parametrize("guid", [bytes(range(16)), b"\x01\0\0\0" + BASE_GUID_TAIL])
def test_a_format_that_nothing_names_is_left_out_and_noted(guid: bytes) -> None:
    strange = Format(UNCOMPRESSED, (Frame(64, 64),), guid)
    found = parse(device(function(0, (strange, _MJPG))))
    assert [mode.pixel_format for mode in found.modes] == ["MJPG"]
    assert found.notes == (f"interface 1: the format GUID {guid.hex()} is unknown",)


def test_a_frame_of_another_format_ends_the_formats_frames() -> None:
    blocks = (
        format_block(1, _YUYV),
        frame(UNCOMPRESSED, 1, _YUYV.frames[0]),
        frame(MJPEG, 1, _MJPG.frames[0]),
        frame(UNCOMPRESSED, 2, _YUYV.frames[1]),
    )
    found = parse(_stream(*blocks))
    assert found.modes == _MODES[:1]
    assert "followed by a frame of another format" in found.notes[0]
    assert "announces 2 frames, 1 read" in found.notes[1]


def test_frames_before_any_format_claim_nothing() -> None:
    assert parse(_stream(frame(UNCOMPRESSED, 1, _YUYV.frames[0]))).modes == ()


def test_a_frame_that_lists_more_intervals_than_it_holds_spoils_its_format_alone() -> None:
    cut = bytearray(frame(UNCOMPRESSED, 1, _YUYV.frames[0]))
    cut[25] = 200
    found = parse(_stream(format_block(1, _YUYV), bytes(cut), format_block(2, _MJPG),
                          frame(MJPEG, 1, _MJPG.frames[0])))  # fmt: skip
    assert found.modes == _MODES[2:]
    assert "lists more intervals than it holds" in found.notes[0]


def test_formats_that_no_driver_reads_are_noted() -> None:
    mpeg = class_specific(0x0A, bytes(20))
    found = parse(_stream(mpeg, format_block(1, _MJPG), frame(MJPEG, 1, _MJPG.frames[0])))
    assert found.modes == _MODES[2:]
    assert found.notes == ("interface 1: a format of type 0x0a is not read",)


def _payload_frame(subtype: int, size: tuple[int, int], gap: int, intervals: list[int]) -> bytes:
    """A frame of a UVC 1.5 payload format: ``gap`` bytes lie between size and interval count."""
    tail = bytes((len(intervals),)) + pack(f"<{len(intervals)}I", *intervals)
    return class_specific(subtype, b"\x01" + pack("<HH", *size) + bytes(gap) + tail)


@pytest.mark.parametrize(
    ("name", "format_", "frame_", "gap"),
    [
        ("H264", class_specific(0x13, b"\x01\x01" + bytes(47)), 0x14, 35),
        ("H264", class_specific(0x15, b"\x01\x01" + bytes(47)), 0x14, 35),
        ("VP80", class_specific(0x16, b"\x01\x01" + bytes(8)), 0x17, 22),
    ],
)
def test_the_payload_formats_of_uvc_1_5_are_read_though_no_driver_does(
    name: str, format_: bytes, frame_: int, gap: int
) -> None:
    block = _payload_frame(frame_, (1920, 1080), gap, [333333, 666666])
    found = parse(_stream(format_, block))
    expected = (Fraction(333_333, 10_000_000), Fraction(333_333, 5_000_000))
    assert found.modes == (Mode(name, 1920, 1080, intervals=expected),)
    assert found.notes == ()


def test_a_payload_frame_without_intervals_is_a_mode_without_a_rate() -> None:
    format_ = class_specific(0x13, b"\x01\x01" + bytes(47))
    found = parse(_stream(format_, _payload_frame(0x14, (640, 480), 35, [])))
    assert found.modes == (Mode("H264", 640, 480),)


def test_a_payload_frame_that_is_cut_short_costs_its_format_alone() -> None:
    format_ = class_specific(0x13, b"\x01\x01" + bytes(47))
    cut = _payload_frame(0x14, (640, 480), 35, [333333])[:-2]
    cut = bytes((len(cut),)) + cut[1:]
    rest = (format_block(2, _MJPG), frame(MJPEG, 1, _MJPG.frames[0]))
    assert parse(_stream(format_, cut, *rest)).modes == _MODES[2:]


def test_an_interface_that_outputs_video_claims_no_camera_mode() -> None:
    header = class_specific(0x02, bytes((1, 0, 0, 0x01, 1, 0)))
    blocks = header + format_block(1, _MJPG) + frame(MJPEG, 1, _MJPG.frames[0])
    assert parse(device(interface(1, 0x0E, 0x02) + blocks)).modes == ()


def test_usb3_vision_is_video_and_other_classes_are_not() -> None:
    found = parse(device(interface(0, 0xEF, 0x05), interface(1, 0xEF, 0x02), interface(2, 3, 1)))
    assert [item.is_video for item in found.interfaces] == [True, False, False]


def test_a_descriptor_of_no_length_ends_the_reading_and_is_noted() -> None:
    found = parse(device(function(0, (_YUYV, _MJPG))) + bytes(64))
    assert found.modes == _MODES
    assert "0 bytes" in found.notes[0]


def test_descriptors_cut_anywhere_never_claim_a_mode_that_is_not_whole() -> None:
    whole = device(function(0, (_YUYV, _MJPG)))
    for length in range(len(whole)):
        assert set(parse(whole[:length]).modes) <= set(_MODES)


def test_class_blocks_of_a_control_interface_are_no_formats() -> None:
    fake = control(0, (1,)) + format_block(1, _MJPG) + frame(MJPEG, 1, _MJPG.frames[0])
    assert parse(device(fake)).modes == ()


_BLOCK = st.builds(
    lambda kind, body: bytes((len(body) + 2, kind)) + body,
    st.sampled_from([0x02, 0x04, 0x05, 0x24]),
    st.binary(max_size=60),
)
_STREAM = st.lists(_BLOCK, max_size=20).map(
    lambda blocks: device(interface(1, 0x0E, 0x02)) + b"".join(blocks)
)
_FLIPPED = st.tuples(st.integers(0, 400), st.integers(0, 255)).map(
    lambda at: _flip(device(function(0, (_YUYV, _MJPG))), *at)
)


def _flip(raw: bytes, at: int, value: int) -> bytes:
    at %= len(raw)
    return raw[:at] + bytes((value,)) + raw[at + 1 :]


@settings(max_examples=300, deadline=2_000)
@given(st.one_of(st.binary(max_size=2_000), _STREAM, _FLIPPED))
def test_no_bytes_make_the_parser_raise_and_every_mode_it_reads_is_sound(raw: bytes) -> None:
    found = parse(raw)
    assert len(found.notes) <= MAX_NOTES
    for mode in found.modes:
        assert mode.width
        assert mode.height
        assert mode.intervals or mode.interval_range
        assert all(item.numerator > 0 and item.denominator > 0 for item in mode.intervals)


@pytest.mark.parametrize(
    "unit", [b"\x02\x24", format_block(1, _MJPG), frame(MJPEG, 1, Frame(8, 8, (1,) * 50))]
)
def test_a_megabyte_of_blocks_is_read_in_bounded_time(unit: bytes) -> None:
    raw = streaming(1, (_MJPG,)) + unit * (1_200_000 // len(unit))
    started = time.monotonic()
    parse(raw)
    assert time.monotonic() - started < 10
