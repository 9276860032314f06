"""How many keys must have signed, in which roles, and how well they are kept."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.errors import NotBelieved
from gauger_agent.verify.assurance import Assurance, level, reached
from gauger_agent.verify.core import verify
from gauger_agent.verify.keys import TrustedKey
from gauger_agent.verify.options import Options
from support.manifests import NOW, OPERATOR, STRANGER, TOKEN, sample_manifest, trust

FACTORY = dataclasses.replace(trust(OPERATOR)[0], label="factory", role="factory")
WAREHOUSE = dataclasses.replace(trust(TOKEN)[0], label="warehouse", role="warehouse", hsm=True)
INSPECTOR = dataclasses.replace(trust(STRANGER)[0], label="inspector", role="inspector", hsm=True)
ALL = (FACTORY, WAREHOUSE, INSPECTOR)
BOTH = sample_manifest(OPERATOR, TOKEN)
HARDWARE = Assurance.HARDWARE_KEY


def _failed(manifest: bytes, **asked: Any) -> list[str]:
    with pytest.raises(NotBelieved) as refused:
        verify(manifest, Options(ALL, **asked), NOW)
    return [check.name for check in refused.value.failed]


def test_two_keys_over_the_same_bytes_meet_a_threshold_of_two_in_any_order() -> None:
    for manifest in (BOTH, sample_manifest(TOKEN, OPERATOR)):
        verified = verify(manifest, Options(ALL, threshold=2), NOW)
        assert {signer.role for signer in verified.signers} == {"factory", "warehouse"}


def test_a_revoked_key_counts_for_no_threshold_and_no_role() -> None:
    asked: dict[str, Any] = {"threshold": 2, "roles": ("factory",), "revoked": (FACTORY,)}
    assert _failed(BOTH, **asked) == ["threshold", "role"]


def test_one_key_trusted_under_two_labels_is_one_key() -> None:
    twice = Options((FACTORY, dataclasses.replace(FACTORY, label="also")), threshold=2)
    with pytest.raises(NotBelieved):
        verify(sample_manifest(), twice, NOW)


def test_every_role_that_is_asked_for_must_be_among_the_signers() -> None:
    assert verify(BOTH, Options(ALL, roles=("warehouse", "factory")), NOW)
    assert _failed(BOTH, roles=("factory", "inspector")) == ["role"]


def test_a_role_that_is_asked_for_must_be_held_by_a_key_that_is_kept_well_enough() -> None:
    assert _failed(BOTH, roles=("factory",), assurance=HARDWARE) == ["assurance"]
    assert verify(BOTH, Options(ALL, roles=("warehouse",), assurance=HARDWARE), NOW)


def test_as_many_keys_as_must_sign_must_be_kept_well_enough() -> None:
    assert _failed(BOTH, threshold=2, assurance=HARDWARE) == ["assurance"]
    three = sample_manifest(OPERATOR, TOKEN, STRANGER)
    assert verify(three, Options(ALL, threshold=2, assurance=HARDWARE), NOW)


def test_what_is_not_checked_yet_is_never_reached() -> None:
    for asked in (Assurance.TPM_KEY, Assurance.TPM_QUOTED):
        assert _failed(BOTH, assurance=asked) == ["assurance"]


def test_the_assurance_is_what_as_many_keys_as_must_sign_reach() -> None:
    assert verify(BOTH, Options(ALL), NOW).assurance is HARDWARE
    assert verify(BOTH, Options(ALL, threshold=2), NOW).assurance is Assurance.FILE_KEY


@given(st.lists(st.sampled_from(ALL), min_size=1), st.integers(1, 5))
def test_asking_for_more_signatures_never_raises_the_assurance(
    keys: list[TrustedKey], threshold: int
) -> None:
    assert reached(keys, threshold + 1).rank <= reached(keys, threshold).rank
    assert reached(keys, 1) is max((level(key) for key in keys), key=lambda item: item.rank)


def test_all_that_is_missing_is_said_at_once() -> None:
    asked: dict[str, Any] = {"threshold": 2, "roles": ("inspector",), "agents": ("00" * 32,)}
    assert _failed(sample_manifest(), **asked) == ["threshold", "role", "agent"]


def test_a_program_that_is_accepted_is_passed() -> None:
    checks = verify(BOTH, Options(ALL, agents=("a1" * 32,)), NOW).checks
    assert "passed" in [check.status for check in checks if check.name == "agent"]


def test_a_threshold_below_one_would_believe_anybody_and_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        Options(ALL, threshold=0)
