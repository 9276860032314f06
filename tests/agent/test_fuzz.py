"""Twenty thousand hostile inputs of a fixed seed: no false accept, no crash, none slow.

A million are run by hand: ``PYTHONPATH=tests python -m fuzzing.soak``.
"""

from __future__ import annotations

from random import Random

import pytest

from fuzzing.campaign import LIMIT_S, Tally, peak_memory_mib, plan, run
from fuzzing.targets import TARGETS
from gauger_agent.verify import authenticity

INPUTS = 20_000
SEED = "ci"


@pytest.fixture(scope="module")
def tallies() -> dict[str, Tally]:
    before = peak_memory_mib()
    found = run(SEED, list(plan(INPUTS)))
    assert peak_memory_mib() - before < 256
    return found


@pytest.mark.parametrize("name", TARGETS)
def test_hostile_input_is_refused_by_name_or_means_what_was_signed(
    name: str, tallies: dict[str, Tally]
) -> None:
    tally = tallies[name]
    assert tally.false_accepts == []
    assert tally.crashes == []
    assert tally.slowest_s < LIMIT_S
    assert 0 < tally.accepted < tally.inputs, "a campaign that is only refused tests one line"


@pytest.mark.parametrize(
    "seed",
    [
        "soak:evidence:8770",
        "soak:evidence:573470",
        "soak:evidence:986469",
        "soak:tree:316099",
        "soak:tree:462299",
        "soak:tree:644599",
    ],
)
def test_what_a_soak_found_stays_mended(seed: str) -> None:
    name = seed.split(":")[1]
    assert isinstance(TARGETS[name][0](Random(seed)), bool)  # noqa: S311


@pytest.mark.parametrize("name", ["envelope", "bundle"])
def test_a_verifier_that_believes_any_signature_is_caught(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticity, "verify_bytes", lambda *_: None)
    assert run(SEED, [(name, number) for number in range(300)])[name].false_accepts


def test_a_verifier_that_skips_the_digests_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gauger_agent.verify.content._digests", lambda *_: None)
    work = [("statement", number) for number in range(600)]
    assert run(SEED, work)["statement"].false_accepts


def test_a_crash_is_counted_with_the_seed_that_makes_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(_: Random) -> bool:
        raise KeyError("evidence")

    monkeypatch.setitem(TARGETS, "policy", (crash, 1))
    assert run(SEED, [("policy", 7)])["policy"].crashes == ["ci:policy:7: KeyError: 'evidence'"]


def test_another_digest_than_the_stated_one_is_a_false_accept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rfc8785.dumps", lambda _: b"")
    assert run(SEED, [("evidence", number) for number in range(50)])["evidence"].false_accepts
