"""Processors on which face search was measured, for judging what it amounts to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.common import JsonValue, Measurement
from gauger_probes.evidence.document import Evidence


def measurement(quantity: str, median: float, **conditions: JsonValue) -> Measurement:
    """Return a measurement whose interval reaches a tenth of a percent to either side."""
    return Measurement(
        quantity=quantity,
        precision="fp32",
        unit="1/s",
        median=median,
        low=median * 0.999,
        high=median * 1.001,
        samples=7,
        confidence=0.98,
        method="as stated by the test",
        conditions=conditions,
    )


def gemm(precision: str, rate: float, **conditions: JsonValue) -> Measurement:
    """Return a multiplication in ``precision`` at ``rate`` operations/s."""
    unit = "OP/s" if precision.startswith("int") else "FLOP/s"
    taken = measurement("gemm", rate, **conditions)
    return dataclasses.replace(taken, precision=precision, unit=unit)


def processor(templates: float | None, search: float | None, single: float | None) -> Accelerator:
    """Return processors with these rates, in faces and comparisons per second.

    ``single`` is the rate of a search for one face at a time.
    """
    taken = []
    if templates is not None:
        taken.append(measurement("templates", templates, network="IResNet-100"))
    if search is not None:
        one = search if single is None else single
        taken.append(measurement("gallerySearch", search, millisecondsAt1e6=1e9 / one))
    return Accelerator(
        id="cpu",
        bus=Bus.CPU,
        address="cpu",
        pci=None,
        driver=None,
        bound=True,
        parent=None,
        measurements=tuple(taken),
    )


def with_measured(evidence: Evidence, stated: Mapping[str, Any] | None) -> Evidence:
    """Return ``evidence`` with processors measured as a case states (``templates``, ``search``)."""
    if stated is None:
        return evidence
    cpu = processor(stated.get("templates"), stated.get("search"), stated.get("single"))
    return dataclasses.replace(evidence, accelerators=(*evidence.accelerators, cpu))
