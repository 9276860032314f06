"""The probe as the runner calls it: one real measurement of this machine, in little time."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.coverage import Status
from gauger_probes.measure.probe import probe
from gauger_probes.measure.product import Matrix
from gauger_probes.result import Context, Options, Progress, Result
from gauger_probes.roots import Roots


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def found(told: list[Progress]) -> Result:
    return probe(Context(Roots(), Options(budget_s=2.0), told.append))


def test_the_processors_are_measured_in_two_precisions_and_the_memory_once(found: Result) -> None:
    (measured,) = found.measured
    assert measured.accelerator == "cpu"
    assert [(item.quantity, item.precision) for item in measured.measurements] == [
        ("gemm", "fp32"),
        ("gemm", "fp64"),
        ("memoryBandwidth", None),
    ]
    assert found.status is Status.OK
    assert found.parts == ()


def test_every_measurement_has_an_interval_samples_and_conditions(found: Result) -> None:
    for item in found.measured[0].measurements:
        assert 0 < item.low <= item.median <= item.high
        assert item.samples >= 1
        assert 0 <= item.confidence < 1
        assert isinstance(item.conditions["contended"], bool)


def test_the_result_can_be_sent_to_the_runner(found: Result) -> None:
    assert from_json(Result, to_json(found)) == found


def test_progress_runs_forward_to_no_more_than_the_budget(
    found: Result, told: list[Progress]
) -> None:
    del found
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert all(0 <= progress.done <= progress.total == 2.0 for progress in told)
    labels = list(dict.fromkeys(progress.label for progress in told))
    assert labels == ["multiplying fp32 matrices", "multiplying fp64 matrices", "copying memory"]


def test_progress_is_told_a_few_times_a_second_at_most(found: Result, told: list[Progress]) -> None:
    del found
    steps = [
        later.done - earlier.done
        for earlier, later in pairwise(told)
        if earlier.label == later.label and later.done < later.total
    ]
    assert all(step >= 0.2 for step in steps)


def test_a_wrong_multiplication_is_reported_and_its_speed_is_not() -> None:
    def broken(a: Matrix, b: Matrix, product: Matrix) -> None:
        np.matmul(a, b, out=product)
        product *= 1.001

    found = probe(Context(Roots(), Options(budget_s=1.0)), broken)
    assert [(part.name, part.status) for part in found.parts] == [
        ("measure.gemm.fp32", Status.CRASHED),
        ("measure.gemm.fp64", Status.CRASHED),
    ]
    assert all("WrongResultError" in (part.reason or "") for part in found.parts)
    assert [item.quantity for item in found.measured[0].measurements] == ["memoryBandwidth"]


def test_only_one_precision_wrong_leaves_the_other() -> None:
    def broken(a: Matrix, b: Matrix, product: Matrix) -> None:
        np.matmul(a, b, out=product)
        if a.dtype == np.float32:
            product[:] = 0

    found = probe(Context(Roots(), Options(budget_s=1.0)), broken)
    assert [part.name for part in found.parts] == ["measure.gemm.fp32"]
    kept = [(item.quantity, item.precision) for item in found.measured[0].measurements]
    assert kept == [("gemm", "fp64"), ("memoryBandwidth", None)]


def test_the_budget_is_kept_with_room_for_a_busy_machine() -> None:
    began_s = time.perf_counter()
    probe(Context(Roots(), Options(budget_s=1.0)))
    # The windows bound it to 1.2 s; filling the arrays on a machine that others hog takes longer.
    assert time.perf_counter() - began_s < 15
