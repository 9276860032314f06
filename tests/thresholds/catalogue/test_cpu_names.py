"""A model name is text that anybody can write: it may raise a rating, and never lowers its end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.cpu_match import is_numbered
from gauger_thresholds.catalogue.cpu_rating import CpuRating, rate
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.model import Cpu, Segment
from support.catalogue import processor
from support.processors import AMX, CPUFREQ, WIDE, xeon

_NAMED = [row for row in built_in().cpus if row.name_contains and is_numbered(row)]
_CASCADE_LAKE = processor(model_number=0x55, stepping=7, cores=20, threads=40, isa=WIDE)
_6980P = xeon(0xAD, "6980P", 128, 2.0, 3.9)
_8490H = xeon(0x8F, "Platinum 8490H", 60, 1.9, 3.5)
_W9 = "Intel(R) Xeon(R) w9-3495X"


def _rated(item: Processor, *, virtualised: bool = False) -> CpuRating:
    return rate(built_in(), (item,), virtualised)


def _of(row: Cpu, cores: int | None) -> Processor:
    """A processor with the numbers of ``row`` and no name."""
    return processor(
        vendor=row.vendor,
        family=row.families[0],
        model_number=row.models[0][0],
        stepping=row.steppings[0] if row.steppings else 1,
        cores=cores,
        threads=cores or 8,
        isa=row.isa,
    )


@pytest.mark.parametrize("virtualised", [False, True])
@pytest.mark.parametrize("cores", [None, 8])
@pytest.mark.parametrize("row", _NAMED, ids=lambda row: row.id)
def test_no_name_lowers_what_the_numbers_allow(
    row: Cpu, cores: int | None, virtualised: bool
) -> None:
    nameless = _of(row, cores)
    bound = _rated(nameless, virtualised=virtualised)
    for name in row.name_contains:
        found = _rated(replace(nameless, model=name), virtualised=virtualised)
        assert found.tpp.high >= bound.tpp.high
        assert found.fp64.high >= bound.fp64.high
        assert found.operations.high >= bound.operations.high


def test_a_part_of_one_unit_by_its_name_is_bounded_by_two() -> None:
    silver = replace(_CASCADE_LAKE, model="Intel(R) Xeon(R) Silver 4210")
    assert "1,024 to 2,048 bits" in _rated(silver).detail
    assert _rated(silver).tpp.high == _rated(_CASCADE_LAKE).tpp.high


@pytest.mark.parametrize("name", ["Platinum 8280", "Gold 6248", "Gold 5222"])
def test_a_part_of_two_units_by_its_name_is_sure_of_both(name: str) -> None:
    assert "× 2,048 bits" in _rated(replace(_CASCADE_LAKE, model=f"Intel(R) Xeon(R) {name}")).detail


def test_a_clock_in_the_name_makes_no_turbo_of_the_stated_maximum() -> None:
    slowed = replace(_6980P, base_hz=None, max_hz=2.0e9)
    forged = replace(slowed, base_hz=0.1e9, model="Intel(R) Xeon(R) 6980P CPU @ 0.10GHz")
    assert _rated(forged).tpp.high == _rated(slowed).tpp.high == pytest.approx(128 * 4.8 * 16.384)


def test_a_base_clock_that_the_kernel_states_makes_turbo_of_what_lies_above() -> None:
    stated = replace(_6980P, base_hz=1.9e9, model="Intel(R) Xeon(R) 6980P CPU @ 0.10GHz")
    assert _rated(stated).tpp.high == pytest.approx(128 * 3.9 * 16.384)


def test_the_base_clock_of_a_named_part_makes_no_turbo_of_the_stated_maximum() -> None:
    forged = replace(_8490H, model=_W9, base_hz=None, max_hz=2.0e9)
    assert _rated(forged).tpp.high == pytest.approx(60 * 4.8 * 16.384)


def test_a_named_part_with_cores_switched_off_counts_all_that_it_has() -> None:
    few = replace(_8490H, cores=8, threads=16)
    assert _rated(few).tpp.high == pytest.approx(60 * 3.5 * 16.384)
    assert _rated(few).tpp.low == pytest.approx(8 * 1.9 * 16.384)
    assert any("cores of the whole package" in text for text in _rated(few).missing)


def test_a_named_part_has_its_own_dies_where_its_cores_agree() -> None:
    assert _rated(_8490H).die_area == built_in_dies("intel/xeon-8490h")


def test_a_name_gives_no_dies_to_another_number_of_cores() -> None:
    small = replace(_8490H, cores=32, threads=64)
    assert _rated(small).die_area == built_in_dies("intel/sapphire-rapids")


def test_dies_are_not_known_while_a_sibling_may_have_others() -> None:
    (whole,) = [row for row in _NAMED if row.id == "intel/xeon-8490h"]
    sibling = replace(whole, id="intel/other", name_contains=(), die_area=None)
    both = replace(built_in(), cpus=(whole, sibling))
    assert rate(both, (replace(_8490H, cores=32),), False).die_area is None
    assert rate(both, (_8490H,), False).die_area is not None


def test_a_name_gives_no_dies_in_a_guest() -> None:
    guest = _rated(_8490H, virtualised=True)
    assert guest.die_area == built_in_dies("intel/sapphire-rapids")


def built_in_dies(row_id: str) -> object:
    (row,) = [row for row in built_in().cpus if row.id == row_id]
    assert row.die_area is not None
    return row.die_area.interval


def test_a_workstation_part_says_what_it_is_sold_as() -> None:
    assert _rated(xeon(0x8F, "w9-3495X", 56, 1.9, 4.8)).segment is Segment.WORKSTATION


def test_a_guest_is_no_workstation_part_by_the_name_that_its_hypervisor_writes() -> None:
    guest = xeon(0x8F, "w9-3495X", 56, 1.9, 4.8)
    assert _rated(guest, virtualised=True).segment is None


def test_a_name_is_not_believed_on_more_cores_than_its_part_has() -> None:
    forged = replace(_6980P, model="Intel(R) Xeon(R) 698X")
    assert _rated(forged).segment is None
    assert _rated(replace(forged, cores=86, threads=172)).segment is Segment.WORKSTATION


def test_a_family_that_is_sold_for_one_thing_is_that_in_a_guest_too() -> None:
    guest = processor(model_number=0xCF, cores=4, threads=8, isa=AMX, max_hz_source=CPUFREQ)
    assert _rated(guest, virtualised=True).segment is Segment.DATACENTER
