"""Units × clock × operations per clock, against figures that makers publish."""

from __future__ import annotations

import pytest

from gauger_probes.evidence.accelerator import Accelerator, Identity
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.metrics.unit_rating import UnitRating, by_units
from support.stated import card, kfd, nvml


def _by_units(device: Accelerator) -> tuple[UnitRating, ...]:
    return by_units(device, devices_for(catalogue(), device), catalogue())


@pytest.mark.parametrize(
    ("ids", "identity", "tpp"),
    [
        # H100 SXM: 1,978.9 dense TFLOPS of FP8 at 1.83 GHz, 0.924 of the 1.98 GHz stated.
        ("10de:2330", nvml("h100"), 1978.9 * 8),
        # T4: 65 TFLOPS of FP16 at 1.59 GHz.
        ("10de:1eb8", nvml("t4"), 65.1 * 16),
        # RTX 4090 at the driver's 3,105 MHz, not the datasheet's 2,520: 330.3 × 3105 / 2520.
        ("10de:2684", nvml("rtx-4090"), 330.3 * 16 * 3105 / 2520),
        # MI300X: 2,614.9 dense TFLOPS of FP8 with 304 units at 2.1 GHz.
        ("1002:74a1", kfd(304, "gfx942", 2100), 2614.9 * 8),
        # MI210: 181.0 TFLOPS of FP16 with 104 units at 1.7 GHz.
        ("1002:740f", kfd(104, "gfx90a", 1700), 181.0 * 16),
    ],
)
def test_units_times_clock_gives_what_the_maker_publishes(
    ids: str, identity: Identity, tpp: float
) -> None:
    (found,) = _by_units(card(ids, identity))
    assert found.tpp == pytest.approx(tpp, rel=0.005)


def test_one_target_of_two_architectures_is_told_apart_by_the_row() -> None:
    """A GTX 1650 is sm_75 as a T4 is, and has no tensor units: 14 SM × 4,096 bits × 1.665 GHz."""
    stated = nvml("t4", name="NVIDIA GeForce GTX 1650", units=896, max_clock_hz=1.665e9)
    (found,) = _by_units(card("10de:1f82", stated))
    assert found.tpp == pytest.approx(95.5, rel=0.01)


@pytest.mark.parametrize("change", ["units", "max_clock_hz", "target"])
def test_a_source_that_leaves_out_one_factor_gives_no_rate(change: str) -> None:
    left_out = {change: None}
    if change == "target":
        left_out["architecture"] = None
    assert _by_units(card("10de:2330", nvml("h100", **left_out))) == ()


def test_an_architecture_that_nobody_knows_gives_no_rate() -> None:
    assert _by_units(card("10de:ffff", nvml("h100", target="sm_999"))) == ()
