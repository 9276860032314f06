"""What modes claim: rates that intervals stand for, formats, and whether a mode can be missing."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.camera import Fraction, IntervalRange, Mode, Node, NodeRole, Range
from gauger_probes.evidence.common import Unread
from gauger_thresholds.metrics.camera_modes import (
    all_read,
    fastest,
    formats,
    modes_of,
    rate_of,
    size,
)
from support.cameras import camera, mode


@pytest.mark.parametrize(
    ("numerator", "denominator", "rate"),
    [
        (1, 30, 30),
        (333_333, 10_000_000, 30),
        (333_334, 10_000_000, 30),
        (1_111_111, 10_000_000, 9),
        (166_666, 10_000_000, 60),
        (166_667, 10_000_000, 60),
        (2, 15, 7.5),
        (1001, 30_000, 30_000 / 1001),
        (1_098_901, 10_000_000, 10_000_000 / 1_098_901),
        (1, 1_200_000, 1_200_000),
    ],
)
def test_an_interval_stands_for_the_whole_rate_that_it_was_cut_from(
    numerator: int, denominator: int, rate: float
) -> None:
    assert rate_of(Fraction(numerator, denominator)) == rate


@pytest.mark.parametrize("interval", [Fraction(0, 1), Fraction(1, 0), Fraction(1, 10_000_000)])
def test_an_interval_of_nothing_is_no_rate(interval: Fraction) -> None:
    assert rate_of(interval) is None


def test_a_range_counts_with_its_largest_size_and_shortest_interval() -> None:
    span = IntervalRange(Fraction(1, 120), Fraction(1, 1), Fraction(1, 120))
    found = Mode(
        "YUYV",
        width_range=Range(16, 4096, 8),
        height_range=Range(16, 2160, 8),
        interval_range=span,
    )
    assert size(found) == (4096, 2160)
    assert fastest(found) == 120


@pytest.mark.parametrize(("side", "counted"), [(-1, 0), (0, 0), (10**300, 2**32)])
def test_a_side_that_no_camera_can_have_is_bounded(side: int, counted: int) -> None:
    assert size(Mode("YUYV", width=side, height=1)) == (counted, 1)


def test_padding_and_byte_order_do_not_make_another_format() -> None:
    both = [mode("Y16  160x120@9"), mode("Y16 -BE 160x120@9")]
    assert formats(both) == {"Y16"}


def test_metadata_and_output_nodes_claim_no_pictures() -> None:
    webcam = camera("YUYV 640x480@30")
    others = tuple(
        Node(f"/dev/video{number}", role, (mode("MJPG 3840x2160@30"),))
        for number, role in enumerate((NodeRole.METADATA, NodeRole.OUTPUT), 1)
    )
    assert modes_of(dataclasses.replace(webcam, nodes=webcam.nodes + others)) == modes_of(webcam)


def test_what_the_driver_read_makes_up_for_a_gap_in_the_descriptors() -> None:
    assert all_read(camera("YUYV 640x480@30", unread="a format of type 0x13 is not read"))
    assert not all_read(camera("YUYV 640x480@30", unread="a format", bound=False))


def test_a_node_that_would_not_answer_is_made_up_for_by_the_descriptors() -> None:
    webcam = camera("YUYV 640x480@30")
    shut = Node("/dev/video0", None, (), (Unread("modes", "permission denied"),))
    assert all_read(dataclasses.replace(webcam, nodes=(shut,)))
    assert not all_read(dataclasses.replace(webcam, nodes=(shut,), descriptor_modes=()))
