"""Structure sizes and request numbers are those of the kernel's headers.

The figures were read from a C program compiled against linux/videodev2.h (Linux 6.1, x86-64).
"""

from __future__ import annotations

import ctypes

import pytest

from gauger_probes.cameras.v4l2_abi import (
    Capabilities,
    Capability,
    FormatDescription,
    FrameInterval,
    FrameSize,
    request,
)

_TABLE = [
    (Capability, 104, 0, False, 0x80685600),
    (FormatDescription, 64, 2, True, 0xC0405602),
    (FrameSize, 44, 74, True, 0xC02C564A),
    (FrameInterval, 52, 75, True, 0xC034564B),
]


@pytest.mark.parametrize(("structure", "size", "number", "write", "expected"), _TABLE)
def test_sizes_and_request_numbers_match_the_header(
    structure: type[ctypes.Structure], size: int, number: int, write: bool, expected: int
) -> None:
    assert ctypes.sizeof(structure) == size
    assert request(structure, number, write=write, machine="x86_64") == expected
    assert request(structure, number, write=write, machine="aarch64") == expected


def test_powerpc_has_its_own_direction_bits() -> None:
    # asm/ioctl.h of powerpc: read is 2, write is 4, and the direction starts at bit 29.
    assert request(Capability, 0, write=False, machine="ppc64le") == 0x40685600
    assert request(FormatDescription, 2, write=True, machine="ppc64le") == 0xC0405602


def test_fields_lie_where_the_header_puts_them() -> None:
    assert Capability.device_caps.offset == 88
    assert FormatDescription.pixelformat.offset == 44
    assert FormatDescription.mbus_code.offset == 48
    assert (FrameSize.type.offset, FrameSize.values.offset) == (8, 12)
    assert (FrameInterval.type.offset, FrameInterval.values.offset) == (16, 20)


def test_the_capabilities_that_uvcvideo_shows_are_told_apart() -> None:
    metadata_node = Capabilities(0x04A00000)
    assert metadata_node & Capabilities.META_CAPTURE
    assert not metadata_node & Capabilities.VIDEO_CAPTURE
