"""A measurement raises what a device is known to do, and clears nothing."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Measurement
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.findings import Basis
from gauger_thresholds.metrics.device_rating import rate_device
from gauger_thresholds.metrics.machine import PackageRating
from support.machines import pci_device
from support.measured import gemm
from support.stated import card, nvml


def _rated(device: Accelerator, *taken: Measurement) -> PackageRating:
    return rate_device(dataclasses.replace(device, measurements=taken), catalogue())


def test_an_unknown_device_does_at_least_what_was_measured() -> None:
    rating = _rated(pci_device("dead:beef"), gemm("bf16", 400e12))
    assert rating.tpp.interval.low == pytest.approx(400 * 0.999 * 16)
    assert rating.tpp.interval.high == float("inf")


def test_the_precision_that_proves_most_counts_and_tf32_does_not() -> None:
    taken = (gemm("fp16", 100e12), gemm("int8", 300e12), gemm("tf32", 900e12))
    rating = _rated(pci_device("dead:beef"), *taken)
    assert rating.tpp.interval.low == pytest.approx(300 * 0.999 * 8)


def test_a_slow_device_is_not_cleared() -> None:
    known = _rated(pci_device("10de:2330"))
    assert _rated(pci_device("10de:2330"), gemm("bf16", 1e12)).tpp == known.tpp


@pytest.mark.parametrize(("rate", "basis"), [(65e12, "catalogue"), (80e12, "measured")])
def test_a_card_that_does_more_than_its_ids_allow_counts_as_what_it_does(
    rate: float, basis: str
) -> None:
    rating = _rated(pci_device("10de:1eb8"), gemm("fp16", rate))
    assert rating.basis is Basis(basis)


def test_a_clock_above_the_datasheets_changes_no_class() -> None:
    """A 4090 D boosts beyond its datasheet; law counts the datasheet's TPP of 4,707."""
    stated = nvml("rtx-4090", name="NVIDIA GeForce RTX 4090 D", units=14_592)
    device = card("10de:2685", stated)
    assert _rated(device, gemm("int8", 680e12)).tpp.interval.high < 4800
