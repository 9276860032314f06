"""How a device is rated: by its row, by its units, by a declaration, or as the larger of two."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Limit, Rating
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.findings import Basis
from gauger_thresholds.interval import ANYTHING
from gauger_thresholds.metrics.app import metric as app
from gauger_thresholds.metrics.device_rating import rate_device
from gauger_thresholds.metrics.machine import PackageRating
from gauger_thresholds.metrics.rated import with_ratings
from gauger_thresholds.metrics.rating import rate_machine
from support.machines import machine, pci_device
from support.stated import card, kfd, numbers, nvml

_DECLARED = (
    Rating("gemm", "fp16", "FLOP/s", 1e14, 1e14, 1e14, "declared", "declared: sheet"),
    Rating("dieArea", None, "mm²", 500, 500, 500, "declared", "declared: sheet"),
)


def _rated(device: Accelerator) -> PackageRating:
    return rate_device(device, catalogue())


def _with(*devices: Accelerator) -> Evidence:
    return dataclasses.replace(machine(), accelerators=devices)


def test_a_known_device_is_rated_by_its_row_whatever_its_driver_counts() -> None:
    rating = _rated(card("10de:2330", nvml("h100")))
    assert rating.basis is Basis.CATALOGUE
    assert rating.tpp.value == pytest.approx(15_831, rel=0.001)


def test_a_relabelled_card_may_be_what_its_driver_says() -> None:
    rating = _rated(card("10de:1eb8", nvml("h100")))
    assert rating.tpp.interval.low == pytest.approx(1040, rel=0.01)
    assert rating.tpp.interval.high > 15_000
    assert "which device 0000:01:00.0 is" in rating.missing[0]


def test_a_name_alone_is_enough_to_reach_up_to_that_product() -> None:
    bare = nvml("h100", target=None, architecture=None, units=None, memory_bytes=None)
    assert _rated(card("10de:1eb8", bare)).tpp.interval.high > 15_000


def test_a_driver_that_names_a_smaller_device_lowers_nothing() -> None:
    rating = _rated(card("10de:2330", nvml("t4")))
    assert rating.tpp.interval == _rated(card("10de:2330", nvml("h100"))).tpp.interval


def test_a_limited_product_keeps_its_rate_although_its_units_could_do_more() -> None:
    rating = _rated(card("10de:2329", nvml("h20")))
    assert rating.tpp.interval.high < 2_400
    assert rating.units[0].tpp > 9_000


def test_what_nvml_counts_of_an_unknown_device_is_said_and_clears_nothing() -> None:
    small = nvml("t4", name="NVIDIA A2", target="sm_86", units=1_280)
    for ids in ("10de:4fff", "10de:2328", "10de:2950", "dead:beef"):
        rating = _rated(card(ids, small))
        assert rating.tpp.interval == ANYTHING, ids
        assert "--declare FILE" in rating.missing[0]
        assert "10 sm" in rating.missing[0]


def test_what_the_kernel_counts_bounds_an_unknown_device_of_its_maker() -> None:
    rating = _rated(card("1002:ffff", kfd(16, "gfx942", 2100)))
    assert rating.basis is Basis.RATED
    assert rating.tpp.interval.low == 0
    assert rating.tpp.interval.high == pytest.approx(16 * 4096 * 8 * 2.1e9 / 1e12)
    assert _rated(card("dead:beef", kfd(16, "gfx942", 2100))).tpp.interval == ANYTHING


@pytest.mark.parametrize(
    "device",
    [
        card("1002:ffff", kfd(16, "gfx942", 10)),
        card("1002:ffff", kfd(0, "gfx942", 2100)),
        card(
            "1002:ffff",
            kfd(16, "gfx942", 2100),
            limits=(Limit("partition", "amdgpu", "compute partition CPX"),),
        ),
    ],
    ids=["clock", "units", "partition"],
)
def test_a_count_that_may_be_of_a_part_or_is_none_bounds_nothing(device: Accelerator) -> None:
    assert _rated(device).tpp.interval == ANYTHING


@pytest.mark.parametrize("ids", ["10de:2882", "10de:1f08", "10de:2d04", "10de:1381", "1a03:2000"])
def test_a_family_or_a_display_chip_that_counts_as_an_h100_may_be_one(ids: str) -> None:
    known = _rated(pci_device(ids)).tpp.interval
    rating = _rated(card(ids, nvml("h100", name=None, architecture=None, pci=numbers(ids))))
    assert rating.tpp.interval.low == known.low
    assert rating.tpp.interval.high > 15_000
    assert rating.missing


def test_a_boost_above_the_clock_of_a_familys_bound_raises_nothing() -> None:
    """A GeForce RTX 2080 SUPER: 48 SM at 2,100 MHz by its driver, 1,950 in its family's bound."""
    stated = nvml("t4", name="NVIDIA GeForce RTX 2080 SUPER", units=3_072, max_clock_hz=2.1e9)
    device = card("10de:1e81", stated)
    assert _rated(device).tpp == _rated(pci_device("10de:1e81")).tpp


@pytest.mark.parametrize(
    ("ids", "driver"),
    [("1a03:2000", "nvidia"), ("1039:0300", "amdgpu"), ("8086:4940", "habanalabs")],
)
def test_a_driver_of_another_maker_says_that_the_ids_hide_a_device(ids: str, driver: str) -> None:
    rating = _rated(dataclasses.replace(pci_device(ids), driver=driver))
    assert rating.tpp.interval.high == ANYTHING.high
    assert driver in rating.missing[0]


def test_a_boards_subsystem_tells_no_other_product() -> None:
    stated = nvml("h20", pci=numbers("10de:2329:10de:198b"))
    rating = _rated(card("10de:2329:0000:0000", stated))
    assert rating.tpp.interval.high < 2_400


def test_a_module_of_a_known_family_is_not_called_another_product() -> None:
    device = card("10de:1db2", nvml("t4", name="Tesla V100-DGXS-16GB", target=None, units=None))
    assert [item for item in _rated(device).contradictions if item.subject == "name"] == []


def _slices(*devices: Accelerator) -> set[str]:
    found = dataclasses.replace(machine(), accelerators=devices)
    return set(rate_machine(found, catalogue()).ratings)


def test_a_part_is_rated_with_its_package_and_only_there() -> None:
    whole = pci_device("1002:74a1", 0)
    part = dataclasses.replace(pci_device("1002:74b5", 1), parent=whole.id)
    assert _slices(whole, part) == {whole.id}


@pytest.mark.parametrize("parent", ["0000:77:00.0", "0000:02:00.0"])
def test_a_part_of_nothing_or_of_itself_is_rated(parent: str) -> None:
    part = dataclasses.replace(pci_device("10de:2330", 1), parent=parent)
    assert _slices(part) == {part.id}


@pytest.mark.parametrize("whole", ["1a03:2000", "10de:1eb8"])
def test_a_part_that_is_larger_than_its_package_or_of_another_maker_is_rated(whole: str) -> None:
    package = pci_device(whole, 0)
    part = dataclasses.replace(pci_device("10de:2330", 1), parent=package.id)
    assert _slices(package, part) == {package.id, part.id}


def test_a_declaration_does_not_settle_what_a_driver_contradicts() -> None:
    device = card("dead:beef", nvml("h100"), rated=_DECLARED)
    rating = _rated(device)
    assert rating.tpp.interval.high == ANYTHING.high
    assert "132 sm" in rating.missing[0]


def test_a_long_precision_alone_declares_no_processing_performance() -> None:
    figure = dataclasses.replace(_DECLARED[0], precision="fp64", value=1e12, low=1e12, high=1e12)
    rating = _rated(dataclasses.replace(pci_device("dead:beef"), rated=(figure,)))
    assert (rating.tpp.interval.low, rating.tpp.interval.high) == (64, ANYTHING.high)
    assert rating.fp64.interval.high == 1e12


def test_an_unknown_device_of_which_nothing_is_stated_is_never_below() -> None:
    rating = _rated(pci_device("dead:beef"))
    assert rating.basis is None
    assert rating.tpp.interval == ANYTHING
    assert "--declare FILE" in rating.missing[0]


def test_declared_figures_rate_an_unknown_device_and_are_called_declared() -> None:
    rating = _rated(dataclasses.replace(pci_device("dead:beef"), rated=_DECLARED))
    assert rating.basis is Basis.DECLARED
    assert rating.tpp.value == pytest.approx(1600)
    assert rating.die_area is not None
    assert rating.die_area.high == 500


def test_declared_figures_leave_a_known_device_as_it_is() -> None:
    device = pci_device("10de:2330")
    declared = dataclasses.replace(device, rated=_DECLARED)
    assert _rated(declared).tpp == _rated(device).tpp


def test_two_dies_of_one_package_are_told_apart_by_their_units_and_counted_once_in_app() -> None:
    dies = [card("1002:740c", kfd(110, "gfx90a", 1700), slot=slot) for slot in range(2)]
    whole = rate_machine(_with(*dies), catalogue())
    assert {item.name for item in whole.ratings.values()} == {"AMD Instinct MI250X"}
    assert app(whole, "machine").high == pytest.approx(95.7 * 0.9, rel=0.001)
    alone = rate_machine(_with(dies[0]), catalogue())
    assert app(alone, "machine").high == pytest.approx(95.7 * 0.9, rel=0.001)


def test_an_mi250_is_no_mi250x() -> None:
    die = card("1002:740c", kfd(104, "gfx90a", 1700))
    assert _rated(die).name == "AMD Instinct MI250"
    assert _rated(pci_device("1002:740c")).name == "AMD Instinct MI250X or AMD Instinct MI250"


def test_both_clocks_are_printed_and_the_drivers_is_the_higher() -> None:
    (device,) = with_ratings(_with(card("10de:2684", nvml("rtx-4090"))), catalogue()).accelerators
    rated = [item for item in device.rated if (item.basis, item.quantity) == ("rated", "tpp")]
    by = {item.source.partition(":")[0]: item for item in rated}
    assert by["catalogue"].value == pytest.approx(5285, rel=0.005)
    assert by["nvml"].value == pytest.approx(5285 * 3105 / 2520, rel=0.005)


def test_a_rate_says_how_wide_its_sums_are_and_the_narrower_class_stands_beside_it() -> None:
    (device,) = with_ratings(_with(card("10de:2684")), catalogue()).accelerators
    fp16 = {item.accumulate: item.value for item in device.rated if item.precision == "fp16"}
    assert fp16 == {"fp16": pytest.approx(330.3e12), "fp32": pytest.approx(165.2e12)}
    detail = _rated(card("10de:2684")).detail
    assert "FP16 accumulate" in detail
    assert "TPP 2,643 with FP32 accumulate" in detail
