"""What earlier runs add to an interval: by the data file, never narrower, and said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.evidence.common import Measurement
from gauger_probes.measure.reproducibility import components, reproducible


def _taken(quantity: str, low: float = 99, high: float = 102) -> Measurement:
    return Measurement(quantity, "fp32", "1/s", 100, low, high, 60, 0.96, "m", {"cpus": 2})


def test_components_are_combined_as_independent_ones() -> None:
    found = reproducible(_taken("gemm", 92.5, 107.5), "cpu", virtual=True)
    assert (found.low, found.high) == pytest.approx((87.5, 112.5))  # 10² + 7.5² = 12.5²
    assert found.median == 100
    assert found.conditions == {"cpus": 2, "reproducibility": 0.10}


def test_where_nothing_was_repeated_the_interval_is_the_runs_own_and_says_so() -> None:
    found = reproducible(_taken("gemm"), "cpu", virtual=False)
    assert (found.low, found.high) == pytest.approx((99, 102))
    assert found.conditions["reproducibility"] is None


@pytest.mark.parametrize("virtual", [True, False])
def test_a_hypervisor_makes_no_difference_to_an_accelerator(virtual: bool) -> None:
    found = reproducible(_taken("gemm", 96, 104), "accelerator", virtual=virtual)
    assert (found.low, found.high) == pytest.approx((95, 105))  # 3² + 4² = 5²


def test_what_varies_most_is_widened_most() -> None:
    rates = reproducible(_taken("gemm"), "cpu", virtual=True)
    copies = reproducible(_taken("memoryBandwidth"), "cpu", virtual=True)
    assert copies.low < rates.low < 99
    assert 102 < rates.high < copies.high


@given(
    st.sampled_from([q for each in components() for q in sorted(each.quantities)]),
    st.sampled_from(["cpu", "accelerator"]),
    st.booleans(),
    st.floats(1, 100),
    st.floats(100, 1e6),
)
def test_an_interval_is_never_narrowed(
    quantity: str, device: str, virtual: bool, low: float, high: float
) -> None:
    found = reproducible(_taken(quantity, low, high), device, virtual=virtual)
    assert found.low <= low * (1 + 1e-12)
    assert found.high >= high * (1 - 1e-12)


def test_every_component_says_where_it_is_from_and_no_two_speak_of_the_same() -> None:
    said = [
        (each.device, quantity, virtual)
        for each in components()
        for quantity in each.quantities
        for virtual in (True, False)
        if each.fits(each.device, quantity, virtual=virtual)
    ]
    assert len(said) == len(set(said))
    assert all(0 < each.relative < 1 and len(each.source) > 40 for each in components())
