"""What was measured against what is stated: too much is another device, too little has a reason."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import JsonValue, Limit, Measurement
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.consistency.measured_rate import find
from gauger_thresholds.metrics.rated import with_ratings
from gauger_thresholds.metrics.rating import rate_machine
from support.machines import machine
from support.measured import gemm
from support.stated import card, nvml


def _said(device: Accelerator, *taken: Measurement) -> list[str]:
    measured = dataclasses.replace(device, measurements=taken)
    evidence = dataclasses.replace(machine(), accelerators=(measured,))
    rated = with_ratings(evidence, catalogue())
    return [item.explanation for item in find(rate_machine(rated, catalogue()))]


@pytest.mark.parametrize("rate", [798e12, 989e12, 500e12])
def test_an_h100_at_an_ordinary_rate_is_not_doubted(rate: float) -> None:
    assert _said(card("10de:2330", nvml("h100")), gemm("bf16", rate)) == []


def test_a_geforce_that_sums_in_fp32_at_half_the_rate_is_not_doubted() -> None:
    assert _said(card("10de:2684", nvml("rtx-4090")), gemm("bf16", 160e12)) == []


def test_more_than_anybody_states_is_another_device() -> None:
    (said,) = _said(card("10de:1eb8", nvml("t4")), gemm("fp16", 700e12))
    assert "another device" in said
    assert "NVIDIA T4" in said


def test_far_less_without_a_reason_says_so() -> None:
    (said,) = _said(card("10de:2330", nvml("h100")), gemm("bf16", 200e12))
    assert "no reason was seen" in said


_SLOW_CLOCK: dict[str, JsonValue] = {"smClockHz": {"low": 1e9, "median": 1.1e9, "high": 1.2e9}}


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        ({"throttleReasons": ["hardware thermal slowdown"]}, "throttled by hardware thermal"),
        ({"contended": True}, "others used the machine"),
        ({"device": _SLOW_CLOCK, "throttleReasons": []}, "1100 of 1980 MHz: locked"),
        ({"shape": {"m": 1024, "n": 1024, "k": 1024}}, "only small matrices"),
    ],
)
def test_far_less_names_the_reason_that_was_seen(
    conditions: dict[str, JsonValue], reason: str
) -> None:
    (said,) = _said(card("10de:2330", nvml("h100")), gemm("bf16", 200e12, **conditions))
    assert reason in said


def test_a_cap_that_a_driver_states_is_the_reason() -> None:
    capped = (Limit("powerCap", "nvml", "200 W, 700 W by default"),)
    (said,) = _said(card("10de:2330", nvml("h100"), limits=capped), gemm("bf16", 200e12))
    assert "powerCap (200 W, 700 W by default)" in said
    assert "no reason" not in said


def test_a_library_that_reaches_the_vector_units_alone_proves_nothing_is_held_back() -> None:
    taken = gemm("fp16", 20e12, reach="vector units, lower bound")
    assert _said(card("10de:2330", nvml("h100")), taken) == []
