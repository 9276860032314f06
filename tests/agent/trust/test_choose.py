"""Whom a command believes, by its arguments and the state folder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gauger_agent.state import StateFolder
from gauger_agent.trust.choose import Trust, choose
from gauger_agent.trust.material import Material
from support.manifests import OPERATOR, STRANGER, TOKEN, trust


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.trusted.mkdir()
    folder.revoked.mkdir()
    (folder.trusted / "own.pem").write_bytes(STRANGER.public_pem())
    for name, signer in (("a", OPERATOR), ("b", TOKEN)):
        (tmp_path / f"{name}.pem").write_bytes(signer.public_pem())
    return folder


@pytest.fixture
def policy(state: StateFolder) -> Path:
    file = state.root / "policy.toml"
    file.write_text(
        'schema = "gauger.policy/1"\nmaxAgeDays = 30\nassurance = "hardwareKey"\npacks = ["us"]\n'
        '[[keys]]\nlabel = "maker"\nrole = "factory"\nhsm = true\nfile = "a.pem"\n'
        '[material]\ncpu = ["replaced"]\n'
    )
    return file


def _labels(chosen: Trust) -> list[str]:
    return [key.label for key in chosen.keys]


def test_without_arguments_the_trusted_folder_is_believed(state: StateFolder) -> None:
    chosen = choose(None, None, state)
    assert _labels(chosen) == ["own"]
    assert (chosen.packs, chosen.material) == ((), Material())


def test_a_policy_alone_is_believed_and_the_trusted_folder_is_not(
    state: StateFolder, policy: Path
) -> None:
    chosen = choose(None, policy, state)
    assert _labels(chosen) == ["maker"]
    assert chosen.packs == ("us",)
    assert chosen.material.counts("cpu", "replaced")


def test_keys_on_the_command_line_narrow_the_policy_and_its_demands_stand(
    state: StateFolder, policy: Path
) -> None:
    chosen = choose([state.root / "a.pem", state.root / "b.pem"], policy, state)
    assert [(key.label, key.role, key.hsm) for key in chosen.keys] == [
        ("maker", "factory", True),
        ("b", None, False),
    ]
    assert chosen.options().assurance == "hardwareKey"


def test_revoked_keys_are_known_whoever_names_the_trusted_ones(
    state: StateFolder, policy: Path
) -> None:
    (state.revoked / "gone.pem").write_bytes(OPERATOR.public_pem())
    gone = trust(OPERATOR)[0].spki_sha256
    for keys, file in ((None, None), (None, policy), ([state.root / "a.pem"], None)):
        chosen = choose(keys, file, state)
        assert [key.spki_sha256 for key in chosen.options().revoked] == [gone]


def test_of_two_ages_the_shorter_counts(state: StateFolder, policy: Path) -> None:
    chosen = choose(None, policy, state)
    assert chosen.options().max_age == timedelta(days=30)
    assert chosen.options(max_age=timedelta(days=31)).max_age == timedelta(days=30)
    assert chosen.options(max_age=timedelta(0)).max_age == timedelta(0)
    assert choose(None, None, state).options().max_age is None


def test_a_captured_tree_is_accepted_if_the_command_line_says_so(
    state: StateFolder, policy: Path
) -> None:
    for file in (None, policy):
        chosen = choose(None, file, state)
        assert not chosen.options().accept_captured
        assert chosen.options(accept_captured=True).accept_captured


def test_a_policy_that_accepts_captured_trees_does(state: StateFolder, policy: Path) -> None:
    policy.write_text("acceptCaptured = true\n" + policy.read_text())
    assert choose(None, policy, state).options().accept_captured
