"""Every case beside a pack is run through the shipped engine."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import judge
from gauger_thresholds.findings import Outcome
from gauger_thresholds.packs.load import built_in as packs
from gauger_thresholds.packs.model import Status
from support.cameras import camera_of_case
from support.machines import machine
from support.measured import with_measured

_ROOT = resources.files("gauger_thresholds.packs")


def _cases() -> list[Any]:
    found = []
    for loaded in packs():
        pack = loaded.pack
        if pack.status is Status.UNVERIFIED:
            continue
        table = tomllib.loads(_beside(f"{pack.id}.cases.toml"))
        found += [pytest.param(case, id=f"{case['rule']} {case['name']}") for case in table["case"]]
    return found


def _beside(name: str) -> str:
    """The text of the cases file ``name``, whichever folder its pack is in."""
    folders = [entry for entry in _ROOT.iterdir() if entry.is_dir()]
    (found,) = [folder / name for folder in folders if (folder / name).is_file()]
    return found.read_text("utf-8")


@pytest.mark.parametrize("case", _cases())
def test_a_case_beside_a_pack_comes_out_as_written(case: dict[str, Any]) -> None:
    seen = machine(*case.get("pci", ()), cameras=camera_of_case(case))
    evidence = with_measured(seen, case.get("measured"))
    judgement = judge(evidence, packs(), catalogue(), case["date"])
    found = [item for item in judgement.verdicts if item.rule == case["rule"]]
    order = list(Outcome)
    verdict = min(found, key=lambda item: order.index(item.outcome))
    assert verdict.outcome == case["expected"], verdict
    if "metric" in case:
        assert verdict.metric == case["metric"], verdict
    if "margin" in case:
        assert verdict.margin == pytest.approx(case["margin"], abs=0.0006), verdict


def test_every_rule_that_can_be_judged_has_a_case() -> None:
    covered = {param.values[0]["rule"] for param in _cases()}
    rules = {rule.id for loaded in packs() for rule in loaded.pack.rules}
    assert rules == covered
