"""What a package is rated for, and what a machine's packages add up to."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from gauger_probes.evidence.accelerator import Bus
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import judge
from gauger_thresholds.findings import Outcome
from gauger_thresholds.metrics.app import metric as app
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.performance_density import metric as density
from gauger_thresholds.metrics.rating import rate_machine
from gauger_thresholds.packs.load import built_in as packs
from gauger_thresholds.policy import overall
from support.command import machine_tree
from support.machines import machine

_FIRST = "0000:01:00.0"


@pytest.fixture(scope="module")
def laptop() -> Evidence:
    roots = Roots(machine_tree("laptop-raptor-lake"), captured=True)
    return run_probes(roots, {"host", "accelerators"}, Options())


def _without_graphics(evidence: Evidence) -> Evidence:
    cpu = tuple(item for item in evidence.accelerators if item.bus is Bus.CPU)
    return dataclasses.replace(evidence, accelerators=cpu)


def test_the_graphics_in_the_processors_package_count_with_its_cores(laptop: Evidence) -> None:
    whole = rate_machine(laptop, catalogue())
    graphics = next(item for name, item in whole.ratings.items() if name != "cpu")
    cores = rate_machine(_without_graphics(laptop), catalogue()).ratings["cpu"]
    added = whole.ratings["cpu"].tpp.interval.high - cores.tpp.interval.high
    assert graphics.tpp.interval.high > 0
    assert added == pytest.approx(graphics.tpp.interval.high)


def test_an_accelerator_spans_both_weights_of_app() -> None:
    found = app(rate_machine(machine("10de:20b2"), catalogue()), "machine")
    assert found.low == pytest.approx(19.5 * 0.3, rel=0.01)
    assert found.high == pytest.approx(19.5 * 0.9, rel=0.01)


def test_a_processor_has_the_weight_of_no_vector_processor(laptop: Evidence) -> None:
    rated = rate_machine(_without_graphics(laptop), catalogue())
    rating = rated.ratings["cpu"]
    found = app(rated, "machine")
    assert found.high == pytest.approx(rating.fp64.interval.high * rating.packages * 0.3 / 1e12)


def test_four_cards_whose_maker_halved_double_precision_stay_below_the_limit_of_app() -> None:
    found = app(rate_machine(machine(*["10de:2204"] * 4), catalogue()), "machine")
    assert found.high is not None
    assert found.high < 70


def test_planar_dies_have_no_density() -> None:
    rated = rate_machine(machine("10de:20b2"), catalogue())
    planar = dataclasses.replace(rated.ratings[_FIRST], planar=True)
    assert density(Machine(rated.evidence, {_FIRST: planar}), _FIRST).high == 0
    assert density(rated, _FIRST).low > 5.92


def test_one_named_list_without_a_pack_is_enough_to_say_that_one_cannot_tell() -> None:
    evidence, day = machine("1a03:2000"), date(2023, 12, 1)
    named = judge(evidence, packs(), catalogue(), day, ["us"])
    assert named.packs
    assert overall(named) is Outcome.INDETERMINATE
    assert overall(judge(evidence, packs(), catalogue(), day)) is Outcome.DOES_NOT_MEET
