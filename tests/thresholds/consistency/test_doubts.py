"""Each doubt is raised where the evidence contradicts itself, and nowhere else."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_probes.evidence.accelerator import Identity
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.document import Evidence
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.consistency.index import find_doubts
from gauger_thresholds.findings import Doubt
from gauger_thresholds.metrics.rating import rate_machine
from support.command import machine_tree
from support.machines import machine, pci_device

_A100 = "10de:20b2"


def _doubts(evidence: Evidence, kind: str) -> list[Doubt]:
    found = find_doubts(rate_machine(evidence, catalogue()))
    return [item for item in found if item.doubt == kind]


def _a100(**changes: object) -> Evidence:
    device = dataclasses.replace(pci_device(_A100), **changes)  # type: ignore[arg-type]
    return dataclasses.replace(machine(), accelerators=(device,))


@pytest.mark.parametrize(
    ("name", "raised"),
    [("NVIDIA H100 80GB HBM3", 1), ("NVIDIA A100-SXM4-80GB", 0), ("Graphics Device", 0)],
)
def test_a_driver_that_names_another_product_is_doubted(name: str, raised: int) -> None:
    found = _doubts(
        _a100(identities=(Identity("pci", None), Identity("nvml", name))), "disagreement"
    )
    assert len(found) == raised
    assert all("A100" in item.explanation and name in item.explanation for item in found)


def test_each_limit_is_said_with_its_source() -> None:
    limit = Limit("powerCap", "nvml", "250 W of 400 W")
    (doubt,) = _doubts(_a100(limits=(limit,)), "limited")
    assert doubt.sources == ("nvml",)
    assert "250 W of 400 W" in doubt.explanation


def test_a_driverless_accelerator_is_doubted_and_a_display_chip_is_not() -> None:
    both = (pci_device(_A100, 0, bound=False), pci_device("1a03:2000", 1, bound=False))
    (doubt,) = _doubts(dataclasses.replace(machine(), accelerators=both), "unbound")
    assert doubt.subject == both[0].id
    assert _doubts(_a100(), "unbound") == []


@pytest.mark.parametrize(("name", "raised"), [("vm-plain", 1), ("laptop-raptor-lake", 0)])
def test_a_virtual_machine_is_said_to_be_one(name: str, raised: int) -> None:
    roots = Roots(machine_tree(name), captured=True)
    evidence = run_probes(roots, {"host", "accelerators"}, Options())
    assert len(_doubts(evidence, "virtual")) == raised
