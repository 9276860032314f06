"""Of hundreds of modes, the few that a specification sheet would print are streamed."""

from __future__ import annotations

import pytest

from gauger_probes.cameras.choose import MAX_CHOICES, Choice, choose, choose_for_detail
from gauger_probes.evidence.camera import Fraction, IntervalRange, Mode, Range


def _mode(name: str, width: int, height: int, *rates: int) -> Mode:
    return Mode(name, width, height, intervals=tuple(Fraction(1, rate) for rate in rates))


_WEBCAM = (
    _mode("YUYV", 640, 480, 30, 15),
    _mode("YUYV", 1920, 1080, 5),
    _mode("MJPG", 640, 480, 60, 30),
    _mode("MJPG", 1920, 1080, 15, 30),
    _mode("MJPG", 1280, 720, 60),
)


def test_the_largest_and_the_fastest_of_each_kind_are_chosen_raw_first() -> None:
    assert choose(_WEBCAM) == (
        Choice("YUYV", 1920, 1080, Fraction(1, 5)),
        Choice("YUYV", 640, 480, Fraction(1, 30)),
        Choice("MJPG", 1920, 1080, Fraction(1, 30)),
        Choice("MJPG", 1280, 720, Fraction(1, 60)),
    )


def test_one_mode_that_is_both_is_streamed_once() -> None:
    assert len(choose([_mode("GREY", 340, 340, 30)])) == 1


def test_never_more_than_four() -> None:
    many = [_mode(name, 10 * n, 10, 99 - n) for n in range(1, 60) for name in ("YUYV", "H264")]
    assert len(choose(many)) == MAX_CHOICES


def test_of_a_range_the_largest_size_at_the_shortest_interval_is_taken() -> None:
    spans = IntervalRange(Fraction(1, 25), Fraction(1, 1), Fraction(1, 1))
    mode = Mode(
        "YUYV",
        width_range=Range(2, 1280, 2),
        height_range=Range(2, 720, 2),
        interval_range=spans,
    )
    assert choose([mode]) == (Choice("YUYV", 1280, 720, Fraction(1, 25)),)


@pytest.mark.parametrize(
    "mode",
    [Mode("YUYV"), Mode("YUYV", 0, 480), Mode("YUYV", width_range=Range(1, 9, 1))],
)
def test_a_mode_without_a_size_is_not_streamed(mode: Mode) -> None:
    assert choose([mode]) == ()


def test_intervals_of_nothing_are_no_claim() -> None:
    mode = Mode("YUYV", 64, 48, intervals=(Fraction(0, 1), Fraction(1, 0)))
    (choice,) = choose([mode])
    assert choice.claimed_hz is None


def test_detail_wants_the_largest_raw_mode_with_readable_luma() -> None:
    modes = (*_WEBCAM, _mode("RGB3", 3840, 2160, 5), _mode("MJPG", 3840, 2160, 30))
    assert choose_for_detail(modes) == Choice("YUYV", 1920, 1080, Fraction(1, 5))
    assert choose_for_detail([_mode("MJPG", 640, 480, 30)]) is None
