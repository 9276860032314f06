"""Operations per clock of an architecture give back what makers print for its products."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gauger_probes.evidence.accelerator import Identity
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.match import architecture_for
from gauger_thresholds.catalogue.model import Architecture, Device
from support.catalogue import BITS, row, tpp

_ARCHITECTURES = {item.id: item for item in built_in().architectures}


def _by_units(device: Device) -> float:
    """TPP = units × clock × the highest of operations per clock × bits."""
    architecture = _ARCHITECTURES[device.architecture or ""]
    assert device.units is not None
    assert device.boost_hz is not None
    each = max(count * BITS.get(name, 0) for name, count in architecture.per_clock.items())
    return device.units * device.boost_hz * each / 1e12


_RECKONABLE = [
    device
    for device in built_in().devices
    if device.units and device.boost_hz and device.architecture and device.rates
]


@pytest.mark.parametrize("device", _RECKONABLE, ids=lambda device: device.id)
def test_units_times_clock_give_what_is_printed_unless_the_product_is_cut(device: Device) -> None:
    printed, reckoned = tpp(device), _by_units(device)
    if device.fused:
        assert reckoned > printed.high * 1.05
    else:
        assert printed.low * 0.95 <= reckoned <= printed.high * 1.05


def test_enough_products_are_reckoned_that_no_architecture_rests_on_memory() -> None:
    assert len(_RECKONABLE) > 35
    checked = {device.architecture for device in _RECKONABLE if not device.fused}
    graded = {item.id for item in built_in().architectures if item.grade.value != "unverified"}
    without_products = {
        "nvidia/pascal-gp100",
        "nvidia/pascal",
        "amd/vega",
        "amd/vega20",
        "amd/rdna1",
        "amd/rdna2",
    }
    assert graded - checked == without_products


@pytest.mark.parametrize(
    ("ids", "precision", "units", "hz", "expected"),
    [
        ("10de:2330", "fp16", 132, 1.83e9, 989.4),
        ("10de:2330", "fp8", 132, 1.83e9, 1978.9),
        ("10de:2331", "fp16", 114, 1.62e9, 756),
        ("10de:2901", "fp4", 148, 1.835e9, 9000),
        ("10de:1eb8", "int4", 40, 1.59e9, 260),
        ("10de:20b2", "tf32", 108, 1.41e9, 156),
        ("10de:2684", "int4", 128, 2.52e9, 1321.2),
        ("10de:2b85", "fp4", 170, 2.407e9, 1676),
        ("1002:74a1", "fp8", 304, 2.1e9, 2614.9),
        ("1002:7408", "fp64", 220, 1.7e9, 95.7),
        ("1002:75a3", "fp6", 256, 2.4e9, 10066.3),
        ("1da3:1060", "fp16", 8, 1.6e9, 1678),
    ],
)
def test_each_precision_follows_from_its_own_operations_per_clock(
    ids: str, precision: str, units: int, hz: float, expected: float
) -> None:
    architecture = _ARCHITECTURES[row(ids).architecture or ""]
    reckoned = units * hz * architecture.per_clock[precision] / 1e12
    assert reckoned == pytest.approx(expected, rel=0.012)


@pytest.mark.parametrize("ids", ["10de:2684", "10de:2b85", "10de:26b5"])
def test_a_rate_with_fp32_accumulation_follows_from_its_own_operations(ids: str) -> None:
    device = row(ids)
    architecture = _ARCHITECTURES[device.architecture or ""]
    assert device.units is not None
    assert device.boost_hz is not None
    for precision, figure in device.wide_rates.items():
        reckoned = device.units * device.boost_hz * architecture.wide_per_clock[precision]
        assert figure.interval.middle == pytest.approx(reckoned, rel=0.002)
        assert figure.accumulate == "fp32"


def test_matrix_units_of_an_h100_run_below_its_maximum_clock() -> None:
    h100 = row("10de:2330")
    assert 1.98e9 * _ARCHITECTURES["nvidia/hopper"].clock_scale == pytest.approx(1.83e9, rel=1e-3)
    assert h100.boost_hz == 1.83e9


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("sm_70", "nvidia/volta"),
        ("sm_75", "nvidia/turing"),
        ("sm_80", "nvidia/ampere"),
        ("sm_86", "nvidia/ampere-ga10x"),
        ("sm_87", "nvidia/ampere-orin"),
        ("sm_89", "nvidia/ada"),
        ("sm_90", "nvidia/hopper"),
        ("sm_100", "nvidia/blackwell"),
        ("sm_103", "nvidia/blackwell-ultra"),
        ("sm_120", "nvidia/blackwell-rtx"),
        ("sm_121", "nvidia/blackwell-gb10"),
        ("gfx906", "amd/vega20"),
        ("gfx908", "amd/cdna1"),
        ("gfx90a", "amd/cdna2"),
        ("gfx90c", "amd/vega"),
        ("gfx942", "amd/cdna3"),
        ("gfx950", "amd/cdna4"),
        ("gfx1030", "amd/rdna2"),
        ("gfx1103", "amd/rdna3"),
        ("gfx1151", "amd/rdna3"),
        ("gfx1201", "amd/rdna4"),
    ],
)
def test_what_compilers_call_it_names_one_architecture(target: str, expected: str) -> None:
    found = architecture_for(built_in(), Identity("driver", None, target=target))
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Hopper", "nvidia/hopper"), ("Ada", "nvidia/ada")],
)
def test_a_drivers_name_decides_where_one_architecture_alone_has_it(
    name: str, expected: str
) -> None:
    found = architecture_for(built_in(), Identity("nvml", None, architecture=name))
    assert isinstance(found, Architecture)
    assert found.id == expected


@pytest.mark.parametrize("name", ["Turing", "Ampere", "Blackwell", "Pascal", "Rubin", None])
def test_a_name_of_several_architectures_or_of_none_names_none(name: str | None) -> None:
    assert architecture_for(built_in(), Identity("nvml", None, architecture=name)) is None


def test_an_unknown_target_is_not_replaced_by_the_drivers_name() -> None:
    stated = Identity("nvml", None, architecture="Hopper", target="sm_90")
    assert architecture_for(built_in(), replace(stated, target="sm_999")) is None
