"""Old, early, late, again: what each is called, and when it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gauger_agent.errors import NotFresh
from gauger_agent.manifest.build import payload
from gauger_agent.verify.check import Check, CheckStatus
from gauger_agent.verify.core import verify
from gauger_agent.verify.freshness import NOT_ASKED
from support.manifests import NONCE, NOW, options, sample_manifest, sample_predicate, seen

_HOUR = timedelta(hours=1)
_FRESHNESS = ("nonce", "clock", "ahead", "age", "lastSeen")
_BEFORE_BUILD: dict[str, Any] = {"build_date": datetime(2027, 1, 1, tzinfo=UTC)}
_NEWER = {"seen": seen("2026-11-24T12:05:00Z")}
_AHEAD = "2026-11-24T13:00:00Z"


def _checks(manifest: bytes, **asked: Any) -> dict[str, Check]:
    try:
        checks = verify(manifest, options(**asked), NOW).checks
    except NotFresh as refused:
        checks = refused.checks
    return {check.name: check for check in checks}


def _failed(manifest: bytes, **asked: Any) -> list[Check]:
    return [check for check in _checks(manifest, **asked).values() if check.failed]


def test_without_a_request_freshness_is_never_passed_and_never_failed() -> None:
    manifests = [sample_manifest(), sample_manifest(collected_at=_AHEAD)]
    for known in ({}, _BEFORE_BUILD, _NEWER, {"seen": seen("2020-01-01T00:00:00Z")}):
        for manifest in manifests:
            checks = _checks(manifest, **known)
            assert {checks[name].status for name in _FRESHNESS} == {CheckStatus.NOT_DONE}


@pytest.mark.parametrize(
    ("name", "known", "says"),
    [
        ("ahead", {}, "in the future"),
        ("lastSeen", {"seen": seen("2026-11-24T14:00:00Z")}, "before the last one seen"),
        ("clock", _BEFORE_BUILD, "before this tool was built"),
    ],
)
def test_what_is_noticed_though_nobody_asked_is_said(
    name: str, known: dict[str, Any], says: str
) -> None:
    found = _checks(sample_manifest(collected_at=_AHEAD), **known)[name].found or ""
    assert says in found
    assert found != NOT_ASKED


def test_a_verifier_whose_own_clock_is_wrong_never_blames_the_manifest() -> None:
    for asked in ({"max_age": _HOUR}, {"nonce": NONCE}, {}):
        checks = _checks(sample_manifest(collected_at=_AHEAD), **_BEFORE_BUILD, **asked)
        assert "in the future" not in (checks["ahead"].found or "")
        assert checks["ahead"].status is CheckStatus.NOT_DONE
        assert "before this tool was built" in (checks["clock"].found or "")


def test_an_age_by_a_wrong_clock_is_not_done() -> None:
    for manifest, known in (
        (sample_manifest(), _BEFORE_BUILD),
        (sample_manifest(collected_at=_AHEAD), {}),
    ):
        assert _checks(manifest, max_age=_HOUR, **known)["age"].status is CheckStatus.NOT_DONE


def test_a_nonce_shows_freshness_to_a_verifier_without_a_clock() -> None:
    assert _failed(sample_manifest(), nonce=NONCE, **_BEFORE_BUILD) == []


def test_a_clock_set_back_between_two_uses_is_noticed_beyond_a_tolerance() -> None:
    asked: dict[str, Any] = {"max_age": _HOUR}
    near = NOW + timedelta(minutes=5)
    assert _failed(sample_manifest(), last_used=near, **asked) == []
    (failed,) = _failed(sample_manifest(), last_used=near + timedelta(seconds=1), **asked)
    assert failed.name == "clock"
    assert "set back" in (failed.found or "")


@pytest.mark.parametrize("asked", [{"nonce": NONCE}, {"max_age": _HOUR}], ids=["nonce", "age"])
def test_an_older_manifest_than_the_last_seen_fails_where_freshness_was_asked_for(
    asked: dict[str, Any],
) -> None:
    (failed,) = _failed(sample_manifest(), **_NEWER, **asked)
    assert failed.name == "lastSeen"


def test_the_same_payload_again_is_never_a_replay() -> None:
    known = {"seen": seen("2026-11-24T12:05:00Z", payload(sample_predicate()))}
    for asked in ({"nonce": NONCE}, {"max_age": _HOUR}):
        checks = _checks(sample_manifest(), **known, **asked)
        assert checks["lastSeen"].status is CheckStatus.PASSED


def test_a_newer_manifest_and_one_of_the_same_second_are_no_replay() -> None:
    for last in ("2026-11-24T11:59:59Z", "2026-11-24T12:00:00Z"):
        checks = _checks(sample_manifest(), seen=seen(last), max_age=_HOUR)
        assert checks["lastSeen"].status is CheckStatus.PASSED


def test_what_was_seen_of_another_machine_does_not_matter() -> None:
    other = {"ff" * 32: next(iter(seen("2026-11-24T13:00:00Z").values()))}
    checks = _checks(sample_manifest(), seen=other, max_age=_HOUR)
    assert checks["lastSeen"].status is CheckStatus.NOT_DONE


def test_an_old_time_under_a_bound_nonce_is_called_a_clock_set_back_and_else_an_old_manifest() -> (
    None
):
    (bound,) = _failed(sample_manifest(), nonce=NONCE, **_NEWER)
    assert "the machine's clock was set back" in (bound.found or "")
    (shown,) = _failed(sample_manifest(), max_age=_HOUR, **_NEWER)
    assert "clock" not in (shown.found or "")
    assert "shown again" in (shown.advice or "")


def test_every_broken_rule_of_freshness_is_said_at_once() -> None:
    old = sample_manifest(collected_at="2026-11-01T00:00:00Z")
    names = [check.name for check in _failed(old, nonce="00" * 32, max_age=_HOUR, **_NEWER)]
    assert names == ["nonce", "age", "lastSeen"]


def test_the_ends_of_the_calendar_are_no_failure_of_our_own() -> None:
    for year in ("0001", "9999"):
        for known in ({}, {"seen": seen(f"{year}-01-01T00:00:00Z")}):
            assert _checks(sample_manifest(collected_at=f"{year}-12-31T23:59:59Z"), **known)
        moment = datetime(int(year), 1, 1, tzinfo=UTC)
        assert _checks(sample_manifest(), max_age=_HOUR, last_used=moment)
