"""Whatever the evidence states, a metric's numbers are finite, and large stays large."""

from __future__ import annotations

import dataclasses
import math

import pytest

from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.findings import Metric
from gauger_thresholds.metrics import tpp
from gauger_thresholds.metrics.index import LARGEST, compute
from gauger_thresholds.metrics.rating import rate_machine
from support.machines import machine


@pytest.mark.parametrize(
    ("stated", "value", "low"),
    [
        (math.inf, LARGEST, LARGEST),
        (-math.inf, -LARGEST, -LARGEST),
        (1.7e308, LARGEST, LARGEST),
        (math.nan, None, 0.0),
    ],
)
def test_a_number_beyond_all_machines_stops_at_the_largest_and_never_bounds(
    stated: float, value: float | None, low: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated = rate_machine(machine("10de:2330"), catalogue())
    subject = next(name for name in rated.ratings)
    honest = compute("tpp", rated, subject)

    def hostile(*_: object) -> Metric:
        return dataclasses.replace(honest, value=stated, low=stated, high=stated)

    monkeypatch.setattr(tpp, "metric", hostile)
    found = compute("tpp", rated, subject)
    assert (found.value, found.low, found.high) == (value, low, None)
    assert "beyond all machines" in found.missing[-1]
    assert not honest.missing
