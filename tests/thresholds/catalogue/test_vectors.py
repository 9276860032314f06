"""The figures of known devices fall where their classification under the lists needs them.

Numbers of the lists: 3A090 since 2023-11-17 (a.1 TPP 4,800; a.2 TPP 1,600 and density 5.92; b.1
TPP 2,400 and density 1.6; b.2 TPP 1,600 and density 3.2), 3A090 of 2022-10-21 (TPP 4,800 and
interconnect 600 GB/s), the export window of January 2026 (TPP 21,000, memory 6,500 GB/s), EU
3A501.a.16 (TPP 6,000).
"""

from __future__ import annotations

import math

import pytest

from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Device, Grade, Kind, Segment
from support.catalogue import density, pci, row, tpp


def limbs(device: Device) -> set[str]:
    """Which limbs hold for every value that the digits allow; fails where one is on the line."""
    return {
        name
        for name, floor, least in (
            ("a.1", 4800, 0.0),
            ("a.2", 1600, 5.92),
            ("b.1", 2400, 1.6),
            ("b.2", 1600, 3.2),
        )
        if decided(tpp(device).low, tpp(device).high, floor)
        and (least == 0 or decided(density(device).low, density(device).high, least))
    }


def decided(low: float, high: float, threshold: float) -> bool:
    assert low >= threshold or high < threshold, f"[{low}, {high}] straddles {threshold}"
    return low >= threshold


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("10de:1eb8", set()),
        ("10de:2236", set()),
        ("10de:2235", {"b.2"}),
        ("10de:27b8", {"a.2", "b.2"}),
        ("10de:26b9", {"a.1", "a.2", "b.1", "b.2"}),
        ("10de:2329", set()),
        ("10de:20b0", {"a.1", "a.2", "b.1", "b.2"}),
        ("10de:20f3", {"a.1", "a.2", "b.1", "b.2"}),
        ("10de:2331", {"a.1", "a.2", "b.1", "b.2"}),
        ("10de:2684", {"a.1", "a.2", "b.1", "b.2"}),
        ("10de:2b85", {"a.1", "a.2", "b.1", "b.2"}),
        ("1002:7408", {"a.1", "b.1", "b.2"}),
        ("10de:1db1", set()),
        ("10de:26ba", set()),
        ("10de:27b6", set()),
        ("10de:2230", {"b.1", "b.2"}),
        ("1002:738c", {"b.1", "b.2"}),
    ],
)
def test_figures_decide_the_limbs_of_3a090(ids: str, expected: set[str]) -> None:
    assert limbs(row(ids)) == expected


def test_an_a30_meets_the_limb_for_2400_though_its_density_is_on_the_line_of_the_other() -> None:
    a30 = row("10de:20b7")
    assert (tpp(a30).low, tpp(a30).high) == (2642.0, 2648.0)
    assert density(a30).low >= 1.6
    assert density(a30).low < 3.2 < density(a30).high


def test_an_a40_stays_below_2400_at_the_top_of_its_digits() -> None:
    assert tpp(row("10de:2235")).high == 2396.0


def test_an_a10_stays_below_3_2_at_the_top_of_its_digits() -> None:
    a10 = row("10de:2236")
    assert a10.die_area is not None
    assert 125.5 * 16 / a10.die_area.interval.low < 3.2
    assert density(a10).high == pytest.approx(3.1957, abs=1e-4)


@pytest.mark.parametrize("ids", ["10de:26b5", "10de:2237"])
def test_a_rate_disputed_by_accumulation_width_keeps_both_readings(ids: str) -> None:
    device = row(ids)
    assert tpp(device).high >= 1.99 * tpp(device).low
    assert device.note is not None
    assert "Disputed" in device.note


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("10de:26b9", 5864),
        ("10de:2684", 5284.8),
        ("10de:2685", 4707),
        ("10de:2b85", 6704),
        ("10de:2b87", 4750),
        ("10de:2330", 15831),
        ("10de:2331", 12454),
        ("10de:2901", 36000),
        ("10de:2941", 40000),
        ("10de:31c2", 60000),
        ("1002:7408", 6128),
        ("1002:74a1", 20919),
        ("1002:75a0", 55365),
        ("1002:75a3", 60398),
        ("1da3:1020", 6920),
    ],
)
def test_total_processing_performance_is_what_the_maker_prints(ids: str, expected: float) -> None:
    assert tpp(row(ids)).middle == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("ids", "listed"),
    [
        ("10de:2b85", True),
        ("10de:2331", True),
        ("1002:7408", True),
        ("10de:26b9", False),
        ("10de:2684", False),
        ("10de:20b0", False),
        ("10de:2329", False),
        ("8086:0bd9", False),
    ],
)
def test_figures_decide_the_european_number(ids: str, listed: bool) -> None:
    interval = tpp(row(ids))
    assert decided(interval.low, interval.high, 6000) is listed


def test_an_mi250_stays_below_the_european_number_that_an_mi250x_passes() -> None:
    x, plain = devices_for(built_in(), pci("1002:740c"))
    assert tpp(plain).high < 6000 <= tpp(x).low


@pytest.mark.parametrize(
    ("ids", "listed"),
    [
        ("10de:20b0", True),
        ("10de:2330", True),
        ("10de:20f3", False),
        ("10de:20f5", False),
        ("10de:2324", False),
        ("10de:2322", False),
        ("10de:2329", False),
        ("10de:2684", False),
    ],
)
def test_links_and_rate_decide_the_rule_of_2022(ids: str, listed: bool) -> None:
    device = row(ids)
    assert device.io_bandwidth is not None
    links = device.io_bandwidth.interval
    fast = decided(links.low, links.high, 600e9)
    assert (fast and decided(tpp(device).low, tpp(device).high, 4800)) is listed


@pytest.mark.parametrize(
    ("ids", "inside"), [("10de:2335", True), ("1002:74a5", True), ("10de:2901", False)]
)
def test_rate_and_memory_decide_the_window_of_2026(ids: str, inside: bool) -> None:
    device = row(ids)
    assert device.memory_bandwidth is not None
    memory = device.memory_bandwidth.interval
    over_rate = decided(tpp(device).low, tpp(device).high, 21_000)
    over_memory = decided(memory.low, memory.high, 6500e9)
    assert (not over_rate and not over_memory) is inside


@pytest.mark.parametrize(
    ("ids", "threshold"), [("19e5:d802", 4800), ("1002:74a2", 4800), ("8086:56c0", 1600)]
)
def test_an_id_that_cannot_tell_leaves_the_line_inside_its_interval(
    ids: str, threshold: float
) -> None:
    interval = tpp(row(ids))
    assert interval.low < threshold < interval.high


@pytest.mark.parametrize("ids", ["10de:2685", "10de:2b87", "10de:2b8c"])
def test_a_card_cut_for_china_is_a_consumers_below_4800(ids: str) -> None:
    device = row(ids)
    assert device.segment is Segment.CONSUMER
    assert tpp(device).high < 4800


@pytest.mark.parametrize("ids", ["10de:20b0", "10de:2235", "10de:27b8", "1002:74a1", "1da3:1060"])
def test_a_datacenter_card_says_so_with_a_source(ids: str) -> None:
    device = row(ids)
    assert device.segment is Segment.DATACENTER
    assert device.segment_source


@pytest.mark.parametrize("ids", ["10de:2328", "1d94:6211", "1ed5:0323", "9999:0a01", "1014:06a7"])
def test_a_known_name_with_unknown_rate_states_neither_rate_nor_bound(ids: str) -> None:
    device = row(ids)
    assert not device.rates
    assert device.tpp_bound is None
    assert device.note


@pytest.mark.parametrize(
    "ids",
    [
        "10de:0a65",  # GeForce 210
        "10de:1380",  # GeForce GTX 750 Ti
        "10de:1b80",  # GeForce GTX 1080
        "10de:1f82",  # GeForce GTX 1650
        "10de:1e87",  # GeForce RTX 2080
        "10de:2484",  # GeForce RTX 3070
        "10de:25a2",  # GeForce RTX 3050 Mobile
        "10de:2803",  # GeForce RTX 4060 Ti
        "10de:28e0",  # GeForce RTX 4060 Laptop
        "10de:2d04",  # GeForce RTX 5060 Ti
        "1002:67df",  # Radeon RX 580
        "1002:73bf",  # Radeon RX 6900 XT
        "1002:7480",  # Radeon RX 7600
        "1002:164e",  # Raphael
        "8086:46a6",  # Alder Lake
        "8086:7d55",  # Meteor Lake
        "8086:56a5",  # Arc A380
        "1022:17f0",  # XDNA 2
    ],
)
def test_an_ordinary_part_is_bounded_below_every_number_of_3a090(ids: str) -> None:
    device = row(ids)
    assert device.tpp_bound is not None
    assert device.tpp_bound.interval.low == 0
    assert device.tpp_bound.interval.high < 1600


@pytest.mark.parametrize(
    "ids",
    [
        "10de:1e04",  # GeForce RTX 2080 Ti
        "10de:2204",  # GeForce RTX 3090
        "10de:2717",  # GeForce RTX 4090 Laptop
        "10de:2757",
        "10de:2783",  # GeForce RTX 4070 SUPER
        "10de:2c58",  # GeForce RTX 5090 Laptop
        "10de:2231",  # RTX A5000
        "10de:26b2",  # RTX 5000 Ada
        "10de:2bb3",  # RTX PRO 5000
        "1002:7590",  # Radeon RX 9060 XT
        "8086:56a1",  # Arc A750
    ],
)
def test_a_fast_card_for_people_is_bounded_below_4800_and_not_for_datacenters(ids: str) -> None:
    device = row(ids)
    assert device.tpp_bound is not None
    assert device.tpp_bound.interval.high < 4800
    assert device.segment in {Segment.CONSUMER, Segment.WORKSTATION}


def test_a_gv100_of_any_kind_stays_below_every_limb() -> None:
    titan = row("10de:1d81")
    assert titan.tpp_bound is not None
    assert titan.die_area is not None
    assert titan.tpp_bound.interval.high < 2400
    assert titan.tpp_bound.interval.high / titan.die_area.interval.low < 3.2


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        ("1a03:2000", Kind.DISPLAY),
        ("102b:0538", Kind.DISPLAY),
        ("1002:515e", Kind.DISPLAY),
        ("1234:1111", Kind.DISPLAY),
        ("1013:00b8", Kind.DISPLAY),
        ("1b36:0100", Kind.DISPLAY),
        ("1d0f:1111", Kind.DISPLAY),
        ("1af4:1050", Kind.PARAVIRTUAL),
        ("15ad:0405", Kind.PARAVIRTUAL),
        ("1414:008e", Kind.PARAVIRTUAL),
        ("8086:37c8", Kind.SUPPORT),
        ("10de:0271", Kind.SUPPORT),
        ("19e5:a250", Kind.SUPPORT),
        ("19e5:d801", Kind.NPU),
        ("1d0f:7164", Kind.NPU),
        ("10ee:5000", Kind.FPGA),
        ("1bcf:001c", Kind.VECTOR),
    ],
)
def test_functions_that_only_look_like_accelerators_are_told_apart(ids: str, kind: Kind) -> None:
    assert row(ids).kind is kind


@pytest.mark.parametrize("ids", ["8086:d740", "8086:d71d"])
def test_graphics_of_unknown_rate_get_no_bound(ids: str) -> None:
    assert row(ids).tpp_bound is None
    assert row(ids).integrated


def test_every_integrated_unit_is_bounded_or_says_why_not() -> None:
    rows = [device for device in built_in().devices if device.integrated and not device.rates]
    assert len(rows) > 25
    for device in rows:
        bound = device.tpp_bound.interval.high if device.tpp_bound else math.inf
        assert bound < 4800 or "not known" in (device.note or "")


def test_a_range_that_a_maker_disputes_with_itself_spans_at_most_a_factor_of_two() -> None:
    for device in built_in().devices:
        for figure in device.rates.values():
            if "–" in figure.printed and figure.grade in {Grade.TEXT, Grade.TRANSCRIBED}:
                assert figure.interval.high <= 2.01 * figure.interval.low, device.id
