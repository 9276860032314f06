"""The rate at every clock that somebody states stands beside the interval that judging uses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.cpu_rating import AtClock, rate
from gauger_thresholds.catalogue.load import built_in
from support.catalogue import processor
from support.processors import CPUFREQ, NARROW, WIDE, epyc, xeon

_BASE, _ALL, _MOST = "base clock", "all-core turbo", "maximum turbo"
_PUBLISHED = "the clock of its published rate,"
_6980P = xeon(0xAD, "6980P", 128, 2.0, 3.9)
_8480 = xeon(0x8F, "Platinum 8480+", 56, 2.0, 3.8)
_ARM = processor(vendor=None, family=None, architecture="aarch64", implementer="41")


def _clocks(item: Processor, *others: Processor) -> dict[str, AtClock]:
    """The figures by what their clock is called, without its number."""
    found = rate(built_in(), (item, *others), False).clocks
    return {entry.name.rsplit(" ", 2)[0]: entry for entry in found}


def _figures(item: Processor, *others: Processor) -> dict[str, float]:
    return {name: round(entry.tpp.high) for name, entry in _clocks(item, *others).items()}


@pytest.mark.parametrize(
    ("item", "base", "all_core", "most"),
    [
        (_6980P, 4194, 6711, 8179),
        (xeon(0xAD, "6979P", 120, 2.1, 3.9), 4129, 6291, 7668),
        (xeon(0xAD, "6972P", 96, 2.4, 3.9), 3775, 5505, 6134),
        (xeon(0xAD, "6952P", 96, 2.1, 3.9), 3303, 5033, 6134),
        (xeon(0xAD, "6960P", 72, 2.7, 3.9), 3185, 4483, 4601),
        (xeon(0xAD, "6787P", 86, 2.0, 3.8), 2818, None, 5354),
        (xeon(0xAD, "6776P", 64, 2.5, 3.9), 2621, None, 4089),
        (xeon(0xCF, "Platinum 8592+", 64, 1.9, 3.9), 1992, 3041, 4089),
        (xeon(0x8F, "Platinum 8490H", 60, 1.9, 3.5), 1868, 2851, 3441),
        (_8480, 1835, 2753, 3487),
        (xeon(0x8F, "CPU Max 9480", 56, 1.9, 3.5), 1743, 2386, 3211),
        (xeon(0x8F, "w9-3495X", 56, 1.9, 4.8), 1743, None, 4404),
        (xeon(0x8F, "Gold 6455B", 32, 2.7, 3.9), 1416, None, 2045),
        (epyc(26, 0x11, "EPYC 9965", 192, 3.7), 885, 1317, 1455),
        (epyc(26, 0x02, "EPYC 9755", 128, 4.1), 708, None, 1075),
        (epyc(25, 0xA0, "EPYC 9754", 128, 3.1), 295, 406, 406),
        (epyc(25, 0x11, "EPYC 9654", 96, 3.7), 236, 349, 364),
        (replace(epyc(25, 0x01, "EPYC 7763", 64, 3.5), isa=NARROW), 161, None, 229),
    ],
    ids=lambda value: value.model if isinstance(value, Processor) else "",
)
def test_base_all_core_and_maximum_are_all_stated(
    item: Processor, base: int, all_core: int | None, most: int
) -> None:
    found = _figures(item)
    expected = {_BASE: base, _ALL: all_core, _MOST: most}
    assert {name: found.get(name) for name in expected} == expected


def test_the_makers_published_rate_stands_for_a_clock_of_its_own() -> None:
    published = _clocks(_6980P)[_PUBLISHED]
    assert published.tpp.low == pytest.approx(6.05 / 32 * 16_384)
    assert published.tpp.high == pytest.approx(6.15 / 32 * 16_384)
    assert published.source == "catalogue:intel/xeon-6980p"
    assert _clocks(_8480)[_PUBLISHED].tpp.middle == pytest.approx(56 * 1.3 * 16.384, rel=1e-4)


def test_each_clock_names_who_states_it() -> None:
    found = _clocks(_6980P)
    assert found[_BASE].source == "host.processors.baseHz"
    assert found[_ALL].source == "catalogue:intel/xeon-6980p"
    assert found[_MOST].source == CPUFREQ
    assert found[_MOST].name == "maximum turbo 3.9 GHz"


def test_a_clock_that_nobody_states_is_left_out() -> None:
    bare = processor(model_number=0xBE, cores=4, threads=4, isa=NARROW)
    assert _figures(bare) == {"the highest clock of its family,": 8}
    assert rate(built_in(), (bare,), False).clocks[0].source == "bound"


def test_the_ceiling_of_the_family_stands_beside_a_maximum_that_does_not_bound() -> None:
    hearsay = processor(
        model_number=0x6A,
        model="Intel(R) Xeon(R) Silver 4310 CPU @ 2.10GHz",
        cores=12,
        threads=24,
        base_hz=2.1e9,
        max_hz=3.3e9,
        max_hz_source=CPUFREQ,
    )
    found = _figures(hearsay)
    assert found == {_BASE: 52, _MOST: 81, "the highest clock of its family,": 103}


def test_a_maximum_that_may_be_the_base_clock_is_not_called_turbo() -> None:
    apu = processor(
        vendor="AuthenticAMD", family=26, model_number=0x70, cores=16, max_hz=5.0e9, isa=WIDE
    )
    found = _clocks(apu)
    assert list(found) == ["the kernel's maximum,", "the highest clock of its family,"]
    assert found["the kernel's maximum,"].source == "host.processors.maxHz"


def test_the_makers_maximum_stands_beside_the_kernels_where_they_differ() -> None:
    scaled = replace(_6980P, max_hz=4.0e9)
    assert _figures(scaled)["its maker's maximum turbo"] == 8179
    assert _figures(scaled)[_MOST] == 8389
    assert "its maker's maximum turbo" not in _figures(_6980P)


def test_a_ceiling_that_the_maximum_reaches_is_not_said_twice() -> None:
    phi = processor(model_number=0x57, cores=72, threads=288, base_hz=1.5e9, max_hz=1.7e9)
    named = replace(phi, model="Intel(R) Xeon Phi(TM) CPU 7290 @ 1.50GHz")
    assert _figures(named) == {_BASE: 221, _MOST: 251}


def test_unlike_cores_are_each_taken_at_their_own_clock() -> None:
    big = replace(_ARM, part="d0b", cores=2, threads=2, base_hz=1e9, max_hz=2.4e9)
    little = replace(_ARM, part="d05", cores=4, threads=4, base_hz=0.8e9, max_hz=1.8e9)
    found = rate(built_in(), (big, little), False).clocks
    assert [entry.name for entry in found] == [
        "base clock 1 and 0.8 GHz",
        "maximum turbo 2.4 and 1.8 GHz",
    ]
    assert found[1].tpp.high == pytest.approx(2 * 2.4 * 0.512 + 4 * 1.8 * 0.256)


def test_a_clock_of_some_of_the_cores_alone_is_not_the_packages() -> None:
    big = replace(_ARM, part="d0b", cores=2, threads=2, base_hz=1e9, max_hz=2.4e9)
    little = replace(_ARM, part="d05", cores=4, threads=4, max_hz=1.8e9)
    assert _BASE not in _figures(big, little)


def test_the_question_for_the_maker_shows_what_each_clock_comes_to() -> None:
    (question,) = rate(built_in(), (_6980P,), False).missing
    assert "ask its maker" in question
    for figure in ("TPP 4,194", "TPP 6,711", "TPP 8,179"):
        assert figure in question


def test_every_clock_in_a_guest_is_hearsay() -> None:
    guest = rate(built_in(), (_8480,), True)
    assert guest.tpp.high == pytest.approx(60 * 4.8 * 16.384)


def test_a_stated_maximum_above_the_ceiling_stands() -> None:
    fast = processor(model_number=0xBE, cores=4, threads=4, max_hz=9e9, max_hz_source=CPUFREQ)
    found = rate(built_in(), (fast,), False)
    assert found.tpp.high == pytest.approx(4 * 9 * 0.512)
    assert CPUFREQ in found.detail
