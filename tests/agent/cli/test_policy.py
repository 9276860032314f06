"""Verifying by a policy file, as a script does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.exit_codes import ExitCode
from gauger_agent.manifest.times import format_utc
from gauger_agent.sign.signer import Signer
from support.command import Ended, gauger
from support.manifests import OPERATOR, TOKEN, sample_manifest

KEYS = """
[[keys]]
label = "factory"
role = "factory"
file = "factory.pem"

[[keys]]
label = "depot"
role = "warehouse"
file = "depot.pem"
hsm = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "factory.pem").write_bytes(OPERATOR.public_pem())
    (tmp_path / "depot.pem").write_bytes(TOKEN.public_pem())
    return tmp_path


def _verify(folder: Path, demands: str, *signers: Signer, days_ago: int = 0) -> Ended:
    (folder / "policy.toml").write_text(f'schema = "gauger.policy/1"\n{demands}\n{KEYS}')
    stamp = format_utc(datetime.now(UTC) - timedelta(days=days_ago))
    (folder / "m.json").write_bytes(sample_manifest(*signers, collected_at=stamp))
    arguments = ("verify", folder / "m.json", "--policy", folder / "policy.toml", "--json")
    return gauger(*arguments, home=folder / "home")


def _failed(answer: Any) -> list[str]:
    return [check["name"] for check in answer["checks"] if check["status"] == "failed"]


def test_both_parties_signatures_meet_a_policy_that_asks_for_both(folder: Path) -> None:
    demands = 'threshold = 2\nroles = ["factory", "warehouse"]'
    done = _verify(folder, demands, OPERATOR, TOKEN)
    assert done.code not in (ExitCode.NOT_BELIEVED, ExitCode.NOT_AUTHENTIC, ExitCode.USAGE)
    assert [(item["label"], item["role"]) for item in done.json["signers"]] == [
        ("factory", "factory"),
        ("depot", "warehouse"),
    ]
    assert done.json["assurance"] == "fileKey"


@pytest.mark.parametrize(
    ("demands", "name"),
    [
        ("threshold = 2", "threshold"),
        ('roles = ["warehouse"]', "role"),
        ('assurance = "hardwareKey"', "assurance"),
        (f'agents = ["{"00" * 32}"]', "agent"),
    ],
)
def test_each_demand_that_is_not_met_is_code_23_by_name(
    folder: Path, demands: str, name: str
) -> None:
    done = _verify(folder, demands, OPERATOR)
    assert done.code == ExitCode.NOT_BELIEVED
    assert name in _failed(done.json)


def test_a_key_that_the_policy_says_is_in_hardware_reaches_that_assurance(folder: Path) -> None:
    done = _verify(folder, 'assurance = "hardwareKey"', TOKEN)
    assert done.json["assurance"] == "hardwareKey"


def test_an_age_in_the_policy_is_a_request_for_freshness(folder: Path) -> None:
    assert _verify(folder, "maxAgeDays = 3", OPERATOR, days_ago=4).code == ExitCode.NOT_FRESH
    assert _verify(folder, "maxAgeDays = 5", OPERATOR, days_ago=4).code != ExitCode.NOT_FRESH


def test_the_policy_chooses_the_packs_and_a_wrong_one_is_named(folder: Path) -> None:
    done = _verify(folder, 'packs = ["eu"]', OPERATOR)
    assert {item["pack"].partition("-")[0] for item in done.json["verdicts"]} == {"eu"}
    done = _verify(folder, 'packs = ["zz"]', OPERATOR)
    assert done.code == ExitCode.USAGE
    assert "policy.packs: unknown pack 'zz'" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_malformed_policy_is_code_2_and_one_line(folder: Path) -> None:
    done = _verify(folder, "threshold = 9", OPERATOR)
    assert done.code == ExitCode.USAGE
    assert "policy.threshold: 9 signatures of 2 keys" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_missing_policy_is_code_66(folder: Path) -> None:
    arguments = ("verify", folder / "m.json", "--policy", folder / "none.toml")
    assert gauger(*arguments, home=folder).code == ExitCode.INPUT_UNREADABLE


def test_countersigning_takes_the_policys_keys_and_leaves_its_threshold_to_who_believes(
    folder: Path,
) -> None:
    _verify(folder, "threshold = 2", OPERATOR)
    gauger("keys", "new", home=folder / "home")
    arguments = ("countersign", folder / "m.json", "--policy", folder / "policy.toml")
    assert gauger(*arguments, home=folder / "home").code == ExitCode.DONE


def test_people_are_told_whose_signature_is_void_where_one_is_missing(folder: Path) -> None:
    _verify(folder, "threshold = 2", OPERATOR, TOKEN)
    gauger("keys", "retire", folder / "depot.pem", home=folder / "home")
    arguments = ("verify", folder / "m.json", "--policy", folder / "policy.toml")
    done = gauger(*arguments, home=folder / "home")
    assert done.code == ExitCode.NOT_BELIEVED
    assert "threshold: 1 of 2: factory" in done.err
    assert "revocation: depot: revoked, does not count" in done.err
