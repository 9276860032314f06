"""Sizes, places and request numbers of the streaming and control calls are the kernel's.

The figures were read from a C program compiled against linux/videodev2.h (Linux 6.1, x86-64),
and so hold where a ``long`` has eight bytes.
"""

from __future__ import annotations

import ctypes

import pytest

from gauger_probes.cameras import v4l2_control_abi as control
from gauger_probes.cameras import v4l2_stream_abi as stream
from gauger_probes.cameras.v4l2_abi import MACHINE, request

pytestmark = [
    pytest.mark.skipif(ctypes.sizeof(ctypes.c_long) != 8, reason="the figures are for 64 bits"),
    pytest.mark.skipif(
        MACHINE not in ("x86_64", "aarch64"), reason="other architectures number differently"
    ),
]


@pytest.mark.parametrize(
    ("structure", "size"),
    [
        (stream.Format, 208),
        (stream.PixFormat, 48),
        (stream.PlaneFormat, 20),
        (stream.PixFormatMplane, 192),
        (stream.StreamParameters, 204),
        (stream.BufferRequest, 20),
        (stream.Buffer, 88),
        (stream.Plane, 64),
        (control.ControlQuery, 232),
        (control.ControlValue, 8),
    ],
)
def test_every_structure_has_the_kernels_size(structure: type, size: int) -> None:
    assert ctypes.sizeof(structure) == size


@pytest.mark.parametrize(
    ("found", "number"),
    [
        (stream.G_FMT, 0xC0D05604),
        (stream.S_FMT, 0xC0D05605),
        (stream.G_PARM, 0xC0CC5615),
        (stream.S_PARM, 0xC0CC5616),
        (stream.REQBUFS, 0xC0145608),
        (stream.QUERYBUF, 0xC0585609),
        (stream.QBUF, 0xC058560F),
        (stream.DQBUF, 0xC0585611),
        (stream.STREAMON, 0x40045612),
        (stream.STREAMOFF, 0x40045613),
        (control.QUERY_EXT_CTRL, 0xC0E85667),
        (control.G_CTRL, 0xC008561B),
        (control.S_CTRL, 0xC008561C),
    ],
)
def test_every_request_has_the_kernels_number(found: int, number: int) -> None:
    assert found == number


def test_fields_lie_where_the_header_puts_them() -> None:
    buffer, plane, query = stream.Buffer, stream.Plane, control.ControlQuery
    assert stream.Format.fmt.offset == 8
    assert stream.StreamParameters.capability.offset == 4
    assert (buffer.bytesused.offset, buffer.flags.offset, buffer.field.offset) == (8, 12, 16)
    assert (buffer.timestamp.offset, buffer.timecode.offset) == (24, 40)
    assert (buffer.sequence.offset, buffer.memory.offset, buffer.m.offset) == (56, 60, 64)
    assert buffer.length.offset == 72
    assert (plane.m.offset, plane.data_offset.offset) == (8, 16)
    assert (query.minimum.offset, query.flags.offset) == (40, 72)


def test_a_request_that_answers_nothing_has_the_write_direction_alone() -> None:
    assert request(stream.QueueType, 18, write=True, read=False, machine="ppc64le") == 0x80045612
