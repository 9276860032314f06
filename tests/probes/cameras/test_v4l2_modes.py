"""Mode lists of drivers, honest and broken, through a stand-in for ioctl."""

from __future__ import annotations

import ctypes
import errno
from dataclasses import dataclass, field

import pytest

from gauger_probes.cameras.v4l2_abi import (
    BufferType,
    FormatDescription,
    FrameInterval,
    FrameSize,
    ListType,
)
from gauger_probes.cameras.v4l2_modes import MAX_FORMATS, MAX_SIZES, list_modes
from gauger_probes.evidence.camera import Fraction, IntervalRange, Mode, Range

_YUYV = int.from_bytes(b"YUYV", "little")
_MJPG = int.from_bytes(b"MJPG", "little")


@dataclass
class Driver:
    """Answers as a driver would: three lists, by index; the end is EINVAL."""

    formats: list[int] = field(default_factory=lambda: [_YUYV])
    sizes: list[tuple[int, ...]] = field(default_factory=lambda: [(1, 640, 480)])
    intervals: list[tuple[int, ...]] = field(default_factory=lambda: [(1, 1, 30)])
    calls: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    buffer_type: int = 0

    def __call__(self, request: int, structure: ctypes.Structure) -> None:
        self.calls += 1
        if isinstance(structure, FormatDescription):
            self.buffer_type = structure.type
            structure.pixelformat = self.at(self.formats, structure.index)
        elif isinstance(structure, FrameSize):
            self._fill(structure, self.at(self.sizes, structure.index))
        elif isinstance(structure, FrameInterval):
            self.asked.append((structure.width, structure.height))
            self._fill(structure, self.at(self.intervals, structure.index))

    def at(self, items: list[object] | list[int] | list[tuple[int, ...]], index: int) -> object:
        if index >= len(items):
            raise OSError(errno.EINVAL, "Invalid argument")
        return items[index]

    def _fill(self, structure: FrameSize | FrameInterval, answer: object) -> None:
        assert isinstance(answer, tuple)
        structure.type = answer[0]
        for at, value in enumerate(answer[1:]):
            structure.values[at] = value


class Deaf(Driver):
    """Ignores the index, and so never ends."""

    def at(self, items: list[object] | list[int] | list[tuple[int, ...]], index: int) -> object:
        return items[0]


def _modes(driver: Driver) -> list[Mode]:
    return list_modes(driver, BufferType.VIDEO_CAPTURE).modes


def test_every_format_size_and_interval_is_listed() -> None:
    driver = Driver([_YUYV, _MJPG], [(1, 640, 480), (1, 320, 240)], [(1, 1, 30), (1, 2, 30)])
    intervals = (Fraction(1, 30), Fraction(1, 15))
    assert _modes(driver) == [
        Mode(name, width=width, height=height, intervals=intervals)
        for name in ("YUYV", "MJPG")
        for width, height in ((640, 480), (320, 240))
    ]


def test_the_multiplanar_queue_is_asked_by_its_own_type() -> None:
    driver = Driver()
    list_modes(driver, BufferType.VIDEO_CAPTURE_MPLANE)
    assert driver.buffer_type == 9


def test_a_stepwise_size_stays_a_range_and_asks_the_largest_for_intervals() -> None:
    driver = Driver(sizes=[(ListType.STEPWISE, 32, 4096, 16, 32, 2160, 2), (1, 1, 1)])
    (mode,) = _modes(driver)
    assert (mode.width_range, mode.height_range) == (Range(32, 4096, 16), Range(32, 2160, 2))
    assert mode.width is None
    assert driver.asked[0] == (4096, 2160)


def test_a_step_of_zero_counts_as_one() -> None:
    driver = Driver(
        sizes=[(ListType.CONTINUOUS, 32, 64, 0, 32, 48, 0)],
        intervals=[(ListType.CONTINUOUS, 1, 60, 1, 5, 0, 0)],
    )
    (mode,) = _modes(driver)
    assert (mode.width_range, mode.height_range) == (Range(32, 64, 1), Range(32, 48, 1))
    expected = IntervalRange(Fraction(1, 60), Fraction(1, 5), Fraction(1, 1))
    assert mode.interval_range == expected


def test_an_interval_without_a_denominator_is_no_interval() -> None:
    (mode,) = _modes(Driver(intervals=[(1, 1, 0), (1, 1, 25)]))
    assert mode.intervals == (Fraction(1, 25),)


def test_a_driver_that_ignores_the_index_is_stopped_and_the_list_is_doubted() -> None:
    driver = Deaf()
    found = list_modes(driver, BufferType.VIDEO_CAPTURE)
    assert found.modes == [Mode("YUYV", width=640, height=480, intervals=(Fraction(1, 30),))]
    assert driver.calls < 10
    assert any("repeats itself" in note for note in found.notes)


def test_lists_that_never_end_are_cut_at_their_caps() -> None:
    many = Driver(formats=list(range(1, MAX_FORMATS + 50)), sizes=[])
    found = list_modes(many, BufferType.VIDEO_CAPTURE)
    assert any(f"formats: more than {MAX_FORMATS}" in note for note in found.notes)
    wide = Driver(sizes=[(1, width, 1) for width in range(1, MAX_SIZES + 50)])
    assert len(_modes(wide)) == MAX_SIZES


def test_a_size_listed_twice_is_one_mode() -> None:
    driver = Driver(sizes=[(1, 640, 480), (1, 320, 240), (1, 640, 480)])
    assert [(mode.width, mode.height) for mode in _modes(driver)] == [(640, 480), (320, 240)]


def test_a_format_without_sizes_is_said_to_have_none() -> None:
    found = list_modes(Driver(sizes=[]), BufferType.VIDEO_CAPTURE)
    assert found.modes == []
    assert found.notes == ["the driver lists no sizes of YUYV"]


class Failing(Driver):
    """Fails with ``code`` when sizes are asked for."""

    code = errno.EIO

    def __call__(self, request: int, structure: ctypes.Structure) -> None:
        if isinstance(structure, FrameSize):
            raise OSError(self.code, "trouble")
        super().__call__(request, structure)


class Unplugged(Failing):
    code = errno.ENODEV


def test_a_list_that_fails_is_a_note_with_the_reason() -> None:
    found = list_modes(Failing(), BufferType.VIDEO_CAPTURE)
    assert found.notes[0] == "sizes of YUYV: Input/output error"


def test_a_device_that_goes_away_is_not_mistaken_for_the_end_of_a_list() -> None:
    with pytest.raises(OSError, match="trouble"):
        list_modes(Unplugged(), BufferType.VIDEO_CAPTURE)
