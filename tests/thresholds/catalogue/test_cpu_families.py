"""Processors that are neither Xeon nor EPYC: Arm, POWER, z, many-core, and the bounds of flags."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.cpu_rating import CpuRating, rate
from gauger_thresholds.catalogue.load import built_in
from support.catalogue import processor
from support.processors import AMX, CPUFREQ, NARROW, WIDE

_CPPC = "sysfs:devices/system/cpu/cpu0/acpi_cppc"
_SVE = ("asimddp", "asimdhp", "bf16", "fphp", "i8mm", "sve", "sve2")
_ARM = processor(
    vendor=None, family=None, architecture="aarch64", implementer="41", max_hz_source=_CPPC
)
_POWER = processor(vendor=None, family=None, architecture="ppc64le")
_Z = processor(vendor=None, family=None, architecture="s390x")


def _rated(item: Processor, *, virtualised: bool = False) -> CpuRating:
    return rate(built_in(), (item,), virtualised)


@pytest.mark.parametrize(
    ("item", "tpp"),
    [
        (replace(_ARM, part="d4f", cores=72, threads=72, max_hz=3.4e9, isa=_SVE), 501),
        (replace(_ARM, part="d4f", cores=96, threads=96, max_hz=2.8e9, isa=_SVE), 551),
        (
            replace(_ARM, implementer="c0", part="ac3", cores=192, threads=192, max_hz=3.2e9),
            629,
        ),
        (replace(_ARM, part="d0c", cores=64, threads=64, max_hz=2.5e9), 82),
        (
            replace(_ARM, implementer="61", part="039", cores=24, threads=24, max_hz=3.5e9),
            86,
        ),
    ],
    ids=["Grace", "Graviton4", "AmpereOne", "Graviton2", "M2 Ultra"],
)
def test_an_arm_part_is_rated_by_its_numbers(item: Processor, tpp: int) -> None:
    assert _rated(item).tpp.high == pytest.approx(tpp, abs=1)


def test_a_matrix_unit_beside_arm_cores_raises_the_bound() -> None:
    phone = replace(_ARM, part="d85", cores=8, threads=8, max_hz=3.6e9, isa=_SVE)
    assert _rated(phone).tpp.high == pytest.approx(8 * 3.6 * 2.048)
    assert _rated(replace(phone, isa=(*_SVE, "sme"))).tpp.high == pytest.approx(8 * 3.6 * 16.384)


def test_an_apple_part_that_no_row_knows_is_bounded_by_its_flags() -> None:
    m4 = replace(_ARM, implementer="61", part="05f", cores=16, threads=16, isa=("sme", "asimddp"))
    assert _rated(m4).tpp.high == pytest.approx(16 * 4.6 * 16.384)
    assert _rated(m4).tpp.high < 1600


@pytest.mark.parametrize(
    ("model", "bits"),
    [(0x57, 2.048), (0x85, 4.096)],
)
def test_a_many_core_processor_stays_far_below(model: int, bits: float) -> None:
    phi = processor(model_number=model, cores=72, threads=288, isa=WIDE)
    assert _rated(phi).tpp.high == pytest.approx(72 * 1.7 * bits)


def test_a_partition_of_a_z17_is_bounded_by_the_whole_chip_with_its_ai_unit() -> None:
    partition = replace(_Z, model="machine = 9175", cores=1, threads=2)
    assert 192 < _rated(partition).tpp.high == pytest.approx(8 * 5.5 * 4.9)
    assert "1 to 8 cores" in _rated(partition).detail


def test_a_z_that_no_row_knows_has_no_bound() -> None:
    assert math.isinf(_rated(replace(_Z, model="machine = 9999", threads=2)).tpp.high)


def test_a_power_partition_is_bounded_by_the_largest_chip_whatever_its_name_says() -> None:
    for name in ("POWER9 (architected)", "POWER10 (architected)", "POWER8"):
        found = _rated(replace(_POWER, model=name, threads=64))
        assert found.tpp.high == pytest.approx(30 * 4.5 * 4.096)
        assert "8 to 30 cores" in found.detail


def test_a_power_chip_that_no_row_knows_has_no_bound() -> None:
    assert math.isinf(_rated(replace(_POWER, model="POWER12", threads=2)).tpp.high)


def test_a_board_that_its_name_alone_describes_is_bounded_by_its_architecture() -> None:
    board = processor(vendor=None, family=None, architecture="riscv64", model="spacemit,x60")
    assert _rated(replace(board, cores=8, threads=8)).tpp.high == pytest.approx(8 * 2.2 * 4.096)


def test_eight_threads_of_a_power_core_are_no_eight_cores() -> None:
    large = replace(_POWER, model="POWER10", threads=480)
    assert rate(built_in(), (large,), False).packages == 4
    assert "hypervisor: 60 cores" in _rated(large).detail


@pytest.mark.parametrize(
    ("isa", "bits"),
    [((), 0.512), (("avx",), 1.024), (("avx", "avx512f"), 2.048), (AMX, 16.384)],
)
def test_a_flag_bounds_an_unknown_x86_processor(isa: tuple[str, ...], bits: float) -> None:
    unknown = processor(model_number=0xF5, cores=8, threads=16, isa=isa)
    assert _rated(unknown).tpp.high == pytest.approx(8 * 6.2 * bits)


@pytest.mark.parametrize("isa", [NARROW, WIDE])
def test_no_laptop_without_amx_passes_305(isa: tuple[str, ...]) -> None:
    unknown = processor(model_number=0xF5, cores=24, threads=32, isa=isa)
    assert _rated(unknown).tpp.high < 305


def test_no_128_cores_without_amx_pass_1573_at_6_gigahertz() -> None:
    server = processor(
        vendor="AuthenticAMD",
        family=26,
        model_number=0x02,
        cores=128,
        threads=256,
        base_hz=2.0e9,
        max_hz=6.0e9,
        max_hz_source=CPUFREQ,
        isa=WIDE,
    )
    assert _rated(server).tpp.high == pytest.approx(1573, abs=1)


def test_threads_of_a_guest_are_no_more_cores_than_its_family_has() -> None:
    guest = processor(
        vendor="AuthenticAMD", family=26, model_number=0x02, cores=None, threads=192, isa=WIDE
    )
    assert "96 to 128 cores" in _rated(guest, virtualised=True).detail
    assert _rated(guest, virtualised=True).tpp.high < 1600


def test_cores_that_are_switched_off_count_up_to_the_largest_of_the_family() -> None:
    hidden = processor(model_number=0xAD, cores=None, threads=256, isa=AMX)
    assert "1 to 128 cores" in _rated(hidden).detail
    dense = replace(hidden, vendor="AuthenticAMD", family=26, model_number=0x11, isa=WIDE)
    assert _rated(replace(dense, threads=384)).tpp.high == pytest.approx(192 * 4.0 * 2.048)
    assert _rated(replace(dense, threads=384)).tpp.high < 1600


def test_the_fastest_of_unlike_packages_is_the_rating() -> None:
    small = processor(model_number=0x8F, cores=8, threads=16, isa=AMX)
    large = replace(small, package=1, cores=32, threads=64)
    both = rate(built_in(), (small, large), False)
    assert both.tpp == _rated(large).tpp
    assert both.detail == _rated(large).detail
