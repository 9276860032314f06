"""What a maker claims to have found is never used, even when a trusted key signed the claim."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.envelope import read
from gauger_agent.manifest.jcs import canonical
from gauger_agent.sign.file_key import load
from gauger_agent.sign.seal import seal
from support.command import Ended, gauger, machine_tree


def _empty(predicate: Any) -> None:
    predicate["claimedFindings"] = []


def _soften(predicate: Any) -> None:
    for finding in predicate["claimedFindings"]:
        finding["outcome"] = "doesNotMeet"


def _other_packs(predicate: Any) -> None:
    predicate["packs"][0]["sha256"] = "00" * 32


def _lower_the_metric(predicate: Any) -> None:
    for metric in predicate["metrics"]:
        metric["value"] = metric["low"] = metric["high"] = 1


def _lower_the_rating(predicate: Any) -> None:
    """``rated`` lies in the evidence, so its digest follows; judging does not read it."""
    for device in predicate["evidence"]["accelerators"]:
        device["rated"] = []


def _verified(home: Path, change: Callable[[Any], None]) -> Ended:
    """Run over the captured server, change the predicate, sign it again with the trusted key."""
    file = home / "m.json"
    tree = machine_tree("a800-and-a100")
    gauger("run", "--sysroot", tree, "--output", file, "--quiet", home=home)
    statement = json.loads(read(file.read_bytes()).payload)
    change(statement["predicate"])
    if change is _lower_the_rating:
        from gauger_agent.manifest.statement import subject_digest

        digest = subject_digest(statement["predicate"]["evidence"])
        statement["subject"][1]["digest"]["sha256"] = digest
    file.write_bytes(seal(canonical(statement), [load(home / "keys" / "default.pem")]))
    return gauger("verify", file, "--accept-captured", "--json", home=home)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_empty, "failed"),
        (_soften, "failed"),
        (_other_packs, "notDone"),
        (_lower_the_metric, "passed"),
        (_lower_the_rating, "passed"),
    ],
)
def test_the_verdict_is_recomputed_whatever_is_claimed(
    tmp_path: Path, change: Callable[[Any], None], status: str
) -> None:
    done = _verified(tmp_path, change)
    assert done.code == ExitCode.MEETS
    met = {item["rule"] for item in done.json["verdicts"] if item["outcome"] == "meets"}
    assert "us-2023-11:3A090.a" in met
    checks = {item["name"]: item for item in done.json["checks"]}
    assert checks["claimedFindings"]["status"] == status


def test_evidence_changed_under_a_kept_digest_is_refused(tmp_path: Path) -> None:
    def relabel(predicate: Any) -> None:
        predicate["evidence"]["accelerators"][0]["pci"]["device"] = "1eb8"

    done = _verified(tmp_path, relabel)
    assert done.code == ExitCode.NOT_AUTHENTIC
    assert done.json["verdicts"] == []
