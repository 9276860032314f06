"""The committed vectors are what the attacks make today, and come out as the index says."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.manifest.times import parse_utc
from gauger_agent.verify.assurance import Assurance
from gauger_agent.verify.keys import TrustedKey, trusted_key
from gauger_agent.verify.options import Options, Seen
from reference.vectors import BAD, FOLDER, GOOD, KEYS, answer, files

_INDEX = json.loads((FOLDER / "cases.json").read_bytes())
_CASES: list[dict[str, Any]] = _INDEX["cases"]


@cache
def _made() -> dict[str, bytes]:
    return dict(files())


def _key(name: str) -> TrustedKey:
    return trusted_key((FOLDER / "keys" / f"{name}.pem").read_bytes(), name)


def _asked(told: dict[str, Any]) -> Options:
    """Read the index as a stranger's verifier would, from the committed files alone."""
    age = told.get("maxAgeSeconds")
    return Options(
        trusted=tuple(_key(name) for name in told["trusted"]),
        revoked=tuple(_key(name) for name in told.get("revoked", [])),
        nonce=told.get("nonce"),
        max_age=None if age is None else timedelta(seconds=age),
        accept_captured=told.get("acceptCaptured", False),
        build_date=parse_utc(told["buildDate"]) if "buildDate" in told else None,
        last_used=parse_utc(told["lastUsed"]) if "lastUsed" in told else None,
        seen={
            rollup: Seen(parse_utc(last["collectedAt"]), last["payloadSha256"])
            for rollup, last in told.get("seen", {}).items()
        },
        threshold=told.get("threshold", 1),
        roles=tuple(told.get("roles", [])),
        assurance=Assurance(told.get("assurance", Assurance.FILE_KEY)),
        agents=tuple(told.get("agents", [])),
    )


@pytest.mark.parametrize("case", _CASES, ids=lambda case: Path(case["file"]).stem)
def test_a_vector_ends_as_its_case_says(case: dict[str, Any]) -> None:
    data = (FOLDER / case["file"]).read_bytes()
    found = answer(data, _asked(case["asked"]))
    assert found == case["expected"]
    assert found["accepted"] == case["file"].startswith("good/")


def test_a_bad_vector_breaks_one_rule_alone() -> None:
    for case in _CASES:
        ends = list(case["expected"]["checks"].values())
        assert ends.count("failed") == (0 if case["expected"]["accepted"] else 1), case["file"]


def test_every_attack_has_its_vector_and_no_two_share_one() -> None:
    assert len({case["file"] for case in _CASES}) == len(_CASES) == len(GOOD) + len(BAD)


@pytest.mark.parametrize("name", ["cases.json", *(f"keys/{key}.pem" for key in KEYS)])
def test_the_index_and_the_keys_are_made_by_the_command(name: str) -> None:
    assert (FOLDER / name).read_bytes() == _made()[name]


def test_the_manifests_are_made_by_the_command_and_nothing_else_lies_there() -> None:
    committed = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")}
    assert committed | {"cases.json"} == set(_made())
    stale = [name for name in committed if (FOLDER / name).read_bytes() != _made()[name]]
    assert not stale, "run: python -m reference.vectors"
