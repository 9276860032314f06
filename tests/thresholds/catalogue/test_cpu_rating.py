"""A processor's rating is an interval from what is there to what its largest sibling could do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.cpu_rating import CpuRating, rate
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.model import Segment
from support.catalogue import processor

GUEST = processor(
    vendor="AuthenticAMD",
    family=26,
    model_number=2,
    model="AMD EPYC",
    cores=2,
    threads=2,
    isa=("avx", "avx2", "avx512_vnni", "avx512f", "fma", "hypervisor"),
)
XEON_6980P = processor(
    model_number=0xAD,
    model="Intel(R) Xeon(R) 6980P",
    cores=128,
    threads=256,
    base_hz=2.0e9,
    max_hz=3.9e9,
    max_hz_source="sysfs:devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq",
    isa=("amx_bf16", "amx_int8", "amx_tile", "avx512f"),
)
XEON_8480 = replace(
    XEON_6980P,
    model_number=0x8F,
    model="Intel(R) Xeon(R) Platinum 8480+",
    cores=56,
    threads=112,
    max_hz=3.8e9,
)


def rated(item: Processor, *, virtualised: bool = False) -> CpuRating:
    return rate(built_in(), (item,), virtualised)


def test_a_guest_on_a_turin_is_bounded_by_the_largest_turin_below_1600() -> None:
    rating = rated(GUEST, virtualised=True)
    assert rating.tpp.high == pytest.approx(128 * 5.0 * 2.048)
    assert rating.tpp.high < 1600
    assert rating.segment is Segment.DATACENTER
    assert "as presented by the hypervisor" in rating.detail
    assert "at most" in rating.detail
    assert rating.missing


def test_a_granite_rapids_meets_2400_at_its_base_clock_and_more_above() -> None:
    rating = rated(XEON_6980P)
    assert rating.tpp.low == pytest.approx(128 * 2.0 * 16.384)
    assert rating.tpp.high == pytest.approx(128 * 3.9 * 16.384)
    assert rating.die_area is not None
    density = rating.tpp.divide(rating.die_area)
    assert density.low == pytest.approx(1.84, abs=0.01)
    assert density.high == pytest.approx(3.59, abs=0.01)
    assert any("clock" in text for text in rating.missing)


def test_a_sapphire_rapids_lies_on_either_side_of_2400_by_its_clock() -> None:
    rating = rated(XEON_8480)
    assert rating.tpp.low == pytest.approx(1835, abs=1)
    assert rating.tpp.high == pytest.approx(3487, abs=1)
    assert rating.fp64.high == pytest.approx(56 * 3.8e9 * 32)


def test_a_masked_amx_flag_changes_nothing() -> None:
    masked = replace(XEON_8480, isa=("avx512f",))
    assert rated(masked).tpp == rated(XEON_8480).tpp


def test_a_guest_on_a_sapphire_rapids_is_not_cleared_by_its_few_processors() -> None:
    guest = replace(XEON_8480, model="Intel Xeon Processor (SapphireRapids)", cores=1, threads=2)
    assert rated(guest, virtualised=True).tpp.high > 2400


def test_the_largest_epyc_stays_below_1600_at_its_highest_clock() -> None:
    epyc = processor(
        vendor="AuthenticAMD",
        family=26,
        model_number=0x11,
        model="AMD EPYC 9965 192-Core Processor",
        cores=192,
        threads=384,
        base_hz=2.25e9,
        max_hz=3.7e9,
        isa=("avx", "avx512f", "avx512_vnni"),
    )
    assert rated(epyc).tpp.high == pytest.approx(1455, abs=1)
    assert rated(replace(epyc, base_hz=None)).tpp.high < 1600
    assert rated(replace(epyc, cores=4, threads=8), virtualised=True).tpp.high < 1600


def test_a_hybrid_counts_every_core_between_its_two_kinds() -> None:
    desktop = processor(
        model_number=0xB7,
        model="Intel(R) Core(TM) i9-14900K",
        cores=24,
        threads=32,
        base_hz=3.2e9,
        max_hz=6.0e9,
        isa=("avx", "avx2", "avx_vnni", "fma"),
    )
    rating = rated(desktop)
    assert rating.tpp.low == pytest.approx(24 * 6.0 * 0.512)
    assert rating.tpp.high == pytest.approx(24 * 6.0 * 1.024)
    assert rating.tpp.high < 305
    (width,) = rating.missing
    assert "512 to 1,024 bits" in width


def test_a_small_laptop_is_rated_exactly() -> None:
    rating = rated(
        processor(
            model_number=0xBE,
            model="Intel(R) N150",
            cores=4,
            threads=4,
            base_hz=0.8e9,
            max_hz=3.6e9,
            isa=("avx", "avx2", "avx_vnni", "fma"),
        )
    )
    assert rating.tpp.low == rating.tpp.high == pytest.approx(4 * 3.6 * 0.512)
    assert rating.fp64.high == pytest.approx(115.2e9)


ARM = processor(vendor=None, family=None, architecture="aarch64", implementer="41")


def test_a_raspberry_pi_4_stays_below_the_43_gigaflops_of_4a994() -> None:
    board = replace(ARM, part="d08", cores=4, threads=4, max_hz=1.8e9, max_hz_source="sysfs:x")
    rating = rated(board)
    assert rating.fp64.low == pytest.approx(4 * 1.8e9 * 4)
    assert rating.tpp.high < 4


def test_a_graviton4_guest_is_bounded_by_the_whole_package() -> None:
    flags = ("asimddp", "asimdhp", "bf16", "fphp", "i8mm", "sve", "sve2")
    rating = rated(replace(ARM, part="d4f", cores=4, threads=4, isa=flags), virtualised=True)
    assert rating.tpp.high == pytest.approx(96 * 3.8 * 2.048)
    assert rating.tpp.low == 0


def test_an_unknown_laptop_without_amx_is_bounded_by_its_flags_below_1600() -> None:
    rating = rated(processor(model_number=0xF5, cores=24, threads=32, isa=("avx", "avx512f")))
    assert rating.cpu is None
    assert rating.tpp.high == pytest.approx(24 * 6.2 * 2.048)
    assert rating.tpp.high < 1600
    assert "cpu.toml" in rating.missing[0]


def test_an_unknown_model_with_amx_is_not_cleared() -> None:
    rating = rated(processor(model_number=0xF5, cores=24, threads=48, isa=("amx_tile", "avx")))
    assert rating.tpp.high == pytest.approx(24 * 6.2 * 16.384)


def test_an_unknown_model_in_a_guest_has_no_bound() -> None:
    unknown = processor(model_number=0xF5, cores=2, threads=2, isa=("avx",))
    assert math.isinf(rated(unknown, virtualised=True).tpp.high)


def test_an_unknown_architecture_has_no_bound() -> None:
    odd = processor(architecture="sparc64", vendor=None, family=None, cores=8, threads=64)
    assert math.isinf(rated(odd).tpp.high)


def test_a_flag_that_the_row_does_not_count_raises_the_bound() -> None:
    plain = processor(model_number=0x97, cores=8, threads=16, base_hz=3e9, max_hz=5e9)
    with_avx512 = replace(plain, isa=("avx512f",))
    assert rated(with_avx512).tpp.high == 2 * rated(plain).tpp.high
    assert rated(with_avx512).tpp.low == rated(plain).tpp.low


def test_a_flag_that_the_row_counts_changes_nothing() -> None:
    zen4 = processor(
        vendor="AuthenticAMD",
        family=25,
        model_number=0x61,
        cores=16,
        threads=32,
        base_hz=4.5e9,
        max_hz=5.7e9,
        isa=("avx", "avx512f"),
    )
    assert rated(zen4).tpp.high == pytest.approx(16 * 5.7 * 1.024)


def test_a_stated_maximum_that_equals_base_is_no_ceiling() -> None:
    no_turbo = replace(XEON_8480, max_hz=2.0e9)
    assert rated(no_turbo).tpp.high == pytest.approx(56 * 4.8 * 16.384)


def test_a_maximum_from_cppc_needs_no_base_clock() -> None:
    zen = processor(
        vendor="AuthenticAMD",
        family=25,
        model_number=0x21,
        cores=8,
        threads=16,
        max_hz=4.85e9,
        max_hz_source="sysfs:devices/system/cpu/cpu0/acpi_cppc",
    )
    assert rated(zen).tpp.high == pytest.approx(8 * 4.85 * 1.024)
    hearsay = replace(zen, max_hz_source="sysfs:devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")
    assert rated(hearsay).tpp.high == pytest.approx(8 * 5.1 * 1.024)


def test_unlike_cores_of_one_package_add_up() -> None:
    big = replace(ARM, part="d0b", cores=2, threads=2, base_hz=1e9, max_hz=2.4e9)
    little = replace(ARM, part="d05", cores=4, threads=4, base_hz=1e9, max_hz=1.8e9)
    both = rate(built_in(), (big, little), False)
    assert both.packages == 1
    assert both.tpp.high == pytest.approx(2 * 2.4 * 0.512 + 4 * 1.8 * 0.256)
    assert " + " in both.detail


def test_a_rating_is_of_one_package_and_packages_are_counted() -> None:
    second = replace(XEON_8480, package=1)
    both = rate(built_in(), (XEON_8480, second), False)
    assert both.packages == 2
    assert both.tpp == rated(XEON_8480).tpp


def test_a_guest_of_many_sockets_is_the_fewest_packages_that_hold_it() -> None:
    sockets = tuple(replace(GUEST, package=number, cores=1, threads=1) for number in range(64))
    assert rate(built_in(), sockets, True).packages == 1


def test_a_processor_whose_cores_are_hidden_is_bounded_by_its_family() -> None:
    hidden = replace(XEON_8480, cores=None, threads=4)
    rating = rated(hidden)
    assert rating.tpp.low == pytest.approx(2.0 * 16.384)
    assert rating.tpp.high == pytest.approx(60 * 3.8 * 16.384)


def test_no_processor_read_means_nothing_is_known() -> None:
    rating = rate(built_in(), (), False)
    assert math.isinf(rating.tpp.high)
    assert rating.packages == 0
    assert rating.missing


def test_operations_count_eight_bits_where_the_lane_multiplies_them() -> None:
    rating = rated(XEON_6980P)
    assert rating.operations.high == pytest.approx(128 * 3.9e9 * 2048)
    assert rating.operations.low == pytest.approx(128 * 2.0e9 * 2048)
