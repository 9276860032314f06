"""Processors are ICs too: which are caught, which are not, and which hang on the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gauger_probes.evidence.accelerator import Accelerator, PciId
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import judge
from gauger_thresholds.findings import Outcome, Verdict
from gauger_thresholds.metrics.machine import PackageRating
from gauger_thresholds.metrics.rated import with_ratings
from gauger_thresholds.metrics.rating import rate_machine
from gauger_thresholds.packs.load import built_in as packs
from gauger_thresholds.policy import overall
from support.catalogue import processor
from support.machines import pci_device
from support.processors import AMX, CPUFREQ, NARROW, WIDE, epyc, holding, xeon

_DAY = date(2025, 12, 1)
_A, _B = "us-2023-11:3A090.a", "us-2023-11:3A090.b"
_EU = "eu-2025-11:3A501.a.16"
_6980P = xeon(0xAD, "6980P", 128, 2.0, 3.9)
_8480 = xeon(0x8F, "Platinum 8480+", 56, 2.0, 3.8)
_W9 = xeon(0x8F, "w9-3495X", 56, 1.9, 4.8)
_STRIX_HALO = processor(
    vendor="AuthenticAMD",
    family=26,
    model_number=0x70,
    model="AMD RYZEN AI MAX+ 395 w/ Radeon 8060S",
    cores=16,
    threads=32,
    max_hz=5.1e9,
    max_hz_source="sysfs:devices/system/cpu/cpu0/acpi_cppc",
    isa=WIDE,
)
_PANTHER_LAKE = processor(
    model_number=0xCC,
    model="Intel(R) Core(TM) Ultra X9 388H",
    cores=16,
    threads=16,
    base_hz=2.1e9,
    max_hz=5.1e9,
    max_hz_source=CPUFREQ,
    isa=NARROW,
)


def _revision(device: Accelerator, revision: str) -> Accelerator:
    assert device.pci is not None
    ids = device.pci
    return replace(device, pci=PciId(ids.vendor, ids.device, None, None, "118000", revision))


def _strix_halo() -> Evidence:
    npu = _revision(pci_device("1022:17f0", 1), "11")
    return holding(_STRIX_HALO, beside=(pci_device("1002:1586"), npu))


def _rated(evidence: Evidence) -> PackageRating:
    return rate_machine(evidence, catalogue()).ratings["cpu"]


def _verdicts(evidence: Evidence) -> dict[str, Verdict]:
    found = judge(evidence, packs(), catalogue(), _DAY).verdicts
    return {item.rule: item for item in found if item.subject == "cpu"}


def _outcomes(evidence: Evidence) -> dict[str, Outcome]:
    found = _verdicts(evidence)
    return {rule: found[rule].outcome for rule in (_A, _B, _EU)}


def test_cores_graphics_and_neural_engine_of_one_package_are_summed() -> None:
    rating = _rated(_strix_halo())
    assert rating.tpp.value == pytest.approx(1517, abs=1)
    assert rating.tpp.interval.low == pytest.approx(16 * 5.1 * 2.048)
    for row in ("ryzen-ai-max-395", "graphics-strix-halo", "npu-strix-halo"):
        assert f"catalogue:amd/{row}" in rating.sources
    assert "= TPP 167.1 to 1,517" in rating.detail


def test_a_package_that_nears_the_limit_is_below_it_and_shows_the_margin() -> None:
    verdict = _verdicts(_strix_halo())[_A]
    assert verdict.outcome is Outcome.DOES_NOT_MEET
    assert _outcomes(_strix_halo())[_B] is Outcome.DOES_NOT_MEET
    assert "1,517" in verdict.explanation


def test_a_neural_engine_of_unknown_revision_counts_as_the_fastest() -> None:
    evidence = holding(_STRIX_HALO, beside=(pci_device("1022:17f0"),))
    assert _rated(evidence).tpp.interval.high == pytest.approx(167.1 + 440, abs=0.1)


def test_the_largest_package_of_a_laptop_stays_below_1600() -> None:
    beside = (pci_device("8086:b080"), pci_device("8086:b03e", 1))
    rating = _rated(holding(_PANTHER_LAKE, beside=beside))
    assert rating.tpp.interval.high == pytest.approx(16 * 5.1 * 1.024 + 984 + 400)
    assert rating.tpp.interval.low < 4 * 5.1 * 1.024 + 12 * 3.7 * 1.024
    assert set(_outcomes(holding(_PANTHER_LAKE, beside=beside)).values()) == {Outcome.DOES_NOT_MEET}


def test_a_card_in_a_slot_is_no_part_of_the_package() -> None:
    alone = _rated(holding(_8480)).tpp
    assert _rated(holding(_8480, beside=(pci_device("10de:20b2"),))).tpp == alone


def test_a_slice_of_the_graphics_is_not_counted_beside_the_whole() -> None:
    graphics = pci_device("8086:b080")
    part = replace(pci_device("8086:b08f", 1), parent=graphics.id)
    alone = _rated(holding(_PANTHER_LAKE, beside=(graphics,))).tpp
    assert _rated(holding(_PANTHER_LAKE, beside=(graphics, part))).tpp == alone


def test_the_die_of_the_cores_is_not_that_of_a_package_with_graphics() -> None:
    assert _rated(holding(_8480)).die_area is not None
    assert _rated(holding(_8480, beside=(pci_device("8086:b080"),))).die_area is None


def test_graphics_whose_rate_is_unknown_leave_the_package_open_and_say_so() -> None:
    rating = _rated(holding(_PANTHER_LAKE, beside=(pci_device("8086:d740"),)))
    assert rating.basis is None
    assert any("Nova Lake" in text for text in rating.missing)


def test_the_64_bit_rate_is_that_of_the_cores_since_graphics_have_their_own() -> None:
    assert _rated(_strix_halo()).fp64.interval.high == pytest.approx(16 * 5.1e9 * 32)


def test_a_xeon_6980p_meets_or_may_meet_by_the_clock_and_is_never_cleared() -> None:
    found = _verdicts(holding(_6980P))
    assert set(_outcomes(holding(_6980P)).values()) == {Outcome.INDETERMINATE}
    for rule in (_A, _B, _EU):
        assert "4,194 to 8,179" in found[rule].explanation
        assert [text for text in found[rule].missing if "ask its maker" in text]
        assert "at all-core turbo 3.2 GHz TPP 6,711" in found[rule].explanation


@pytest.mark.parametrize(
    "item",
    [
        xeon(0xAD, "6972P", 96, 2.4, 3.9),
        xeon(0xAD, "6787P", 86, 2.0, 3.8),
        xeon(0x8F, "Platinum 8490H", 60, 1.9, 3.5),
        xeon(0xCF, "Platinum 8592+", 64, 1.9, 3.9),
        _8480,
        replace(_8480, isa=("avx", "avx512f")),
        replace(_8480, cores=8, threads=16),
        replace(_W9, model="Genuine Intel(R) 0000"),
        processor(family=19, model_number=1, cores=128, threads=256, isa=AMX),
    ],
    ids=lambda item: f"{item.model} {item.cores} {len(item.isa)}",
)
def test_many_cores_with_amx_hang_on_the_clock(item: Processor) -> None:
    verdict = _verdicts(holding(item))[_B]
    assert verdict.outcome is Outcome.INDETERMINATE
    (clock,) = [text for text in verdict.missing if "ask its maker" in text]
    assert (item.model or "this processor") in clock


@pytest.mark.parametrize(
    "item",
    [
        xeon(0x8F, "Silver 4410Y", 12, 2.0, 3.9),
        xeon(0x8F, "Gold 6455B", 32, 2.7, 3.9),
        xeon(0x8F, "Gold 6430", 32, 2.1, 3.4),
        xeon(0xCF, "Gold 6530", 32, 2.1, 4.0),
        xeon(0xAD, "6730P", 32, 2.5, 3.8),
        replace(xeon(0x8F, "Silver 4410Y", 12, 2.0, 3.9), base_hz=None, max_hz=None),
    ],
    ids=lambda item: item.model,
)
def test_few_cores_with_amx_end_below_by_performance_or_by_density(item: Processor) -> None:
    assert set(_outcomes(holding(item, replace(item, package=1))).values()) == {
        Outcome.DOES_NOT_MEET
    }


def test_a_workstation_part_is_taken_out_by_note_2_on_what_it_is_sold_as() -> None:
    found = _verdicts(holding(_W9))
    assert set(_outcomes(holding(_W9)).values()) == {Outcome.DOES_NOT_MEET}
    assert "datacenter: false by catalogue:intel/xeon-w9-3495x" in found[_B].explanation


def test_what_a_workstation_part_was_measured_at_lies_between_its_clocks() -> None:
    tpp = _rated(holding(_W9)).tpp.interval
    assert tpp.low < 2351
    assert tpp.high > 2478


def test_a_guest_is_not_taken_out_by_note_2_on_a_name() -> None:
    verdict = _verdicts(holding(_W9, hypervisor="kvm"))[_B]
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.questions


@pytest.mark.parametrize(
    ("item", "hypervisor"),
    [
        (epyc(26, 0x11, "EPYC 9965", 192, 3.7), None),
        (replace(epyc(26, 0x11, "EPYC 9965", 192, 3.7), max_hz=None), None),
        (epyc(25, 0x11, "EPYC 9654", 96, 3.7), "kvm"),
        (replace(epyc(26, 0x02, "EPYC", 2, 3.0), cores=None), "kvm"),
        (processor(model_number=0xDD, cores=288, threads=288, isa=NARROW), None),
        (processor(model_number=0x6A, cores=4, threads=8, isa=WIDE), "kvm"),
        (processor(model_number=0xB7, cores=24, threads=32, isa=NARROW), None),
        (processor(model_number=0x06, family=15, cores=1, threads=1), "qemu"),
    ],
    ids=lambda value: f"{value.model} {value.cores}" if isinstance(value, Processor) else value,
)
def test_an_ordinary_machine_ends_determinate(item: Processor, hypervisor: str | None) -> None:
    judged = judge(holding(item, hypervisor=hypervisor), packs(), catalogue(), _DAY)
    assert overall(judged) is Outcome.DOES_NOT_MEET


@pytest.mark.parametrize("model", [0x8F, 0xCF, 0xAD, 0xAE])
def test_a_guest_on_a_host_with_amx_is_not_cleared(model: int) -> None:
    guest = processor(model_number=model, cores=1, threads=2, isa=("avx",))
    verdict = _verdicts(holding(guest, hypervisor="kvm"))[_B]
    assert verdict.outcome is Outcome.INDETERMINATE
    assert any("ask its maker" in text for text in verdict.missing)


def test_the_evidence_lists_the_sum_first_and_then_each_clock() -> None:
    (cpu,) = with_ratings(holding(_6980P), catalogue()).accelerators
    found = [item for item in cpu.rated if item.quantity == "tpp"]
    assert [(round(item.low), item.basis) for item in found] == [
        (4194, "bound"),
        (4194, "rated"),
        (3098, "catalogue"),
        (6711, "catalogue"),
        (8179, "rated"),
    ]
    assert [round(item.value or 0) for item in found[1:]] == [4194, 3149, 6711, 8179]
    assert found[1].source.startswith("base clock 2 GHz (host.processors.baseHz), catalogue:")
    assert found[3].source == "all-core turbo 3.2 GHz, catalogue:intel/xeon-6980p"


def test_a_bound_is_called_one() -> None:
    bare = processor(model_number=0xBE, cores=4, threads=4, isa=NARROW)
    (cpu,) = with_ratings(holding(bare), catalogue()).accelerators
    assert {item.basis for item in cpu.rated if item.quantity == "tpp"} == {"bound"}


def test_floating_point_rates_are_those_of_all_packages() -> None:
    (cpu,) = with_ratings(holding(_6980P, replace(_6980P, package=1)), catalogue()).accelerators
    rates = {item.precision: item.high for item in cpu.rated if item.quantity == "gemm"}
    assert rates["fp64"] == pytest.approx(2 * 128 * 3.9e9 * 32)
    assert rates["fp32"] == pytest.approx(2 * 128 * 3.9e9 * 64)


def test_what_the_package_holds_besides_its_cores_counts_at_each_clock() -> None:
    found = with_ratings(_strix_halo(), catalogue()).accelerators[-1].rated
    (turbo,) = [item for item in found if item.source.startswith("maximum turbo 5.1 GHz")]
    assert turbo.high == pytest.approx(1517, abs=1)
    assert turbo.low == pytest.approx(16 * 5.1 * 2.048)


def test_an_unknown_processor_in_a_guest_has_no_figure_to_print() -> None:
    guest = processor(model_number=0xF5, cores=2, threads=2, isa=("avx",))
    (cpu,) = with_ratings(holding(guest, hypervisor="kvm"), catalogue()).accelerators
    assert [item for item in cpu.rated if item.high is not None] == []
