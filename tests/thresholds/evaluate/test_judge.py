"""Holes, questions, dates and levels: what a whole judgement says."""

from __future__ import annotations

import dataclasses
from datetime import date

from gauger_probes.evidence.coverage import Hidden
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.load import built_in as catalogue
from gauger_thresholds.evaluate.judge import UNSEEN, Judgement, judge
from gauger_thresholds.findings import Level, Outcome
from gauger_thresholds.packs.load import built_in as packs
from gauger_thresholds.packs.model import Subject
from gauger_thresholds.policy import overall, overdue
from support.machines import machine

TODAY = date(2026, 11, 24)


def _judge(evidence: Evidence, day: date = TODAY, *names: str) -> Judgement:
    return judge(evidence, packs(), catalogue(), day, names)


def _outcomes(judgement: Judgement, rule: str) -> dict[str, Outcome]:
    return {item.subject: item.outcome for item in judgement.verdicts if item.rule == rule}


def test_a_hole_that_can_hide_an_accelerator_leaves_its_rules_open() -> None:
    judgement = _judge(machine("1a03:2000", hidden=[Hidden.ACCELERATOR]))
    found = _outcomes(judgement, "us-2023-11:3A090.a")
    assert found[UNSEEN] is Outcome.INDETERMINATE
    assert overall(judgement) is Outcome.INDETERMINATE
    open_ = next(item for item in judgement.verdicts if item.subject == UNSEEN)
    assert "killed by signal 11" in open_.missing[0]


def test_a_hole_does_not_hide_what_is_met() -> None:
    judgement = _judge(machine("10de:2330", hidden=[Hidden.ACCELERATOR]))
    assert overall(judgement) is Outcome.MEETS


def test_a_hole_that_hides_neither_accelerator_nor_camera_changes_no_verdict() -> None:
    judgement = _judge(machine("1a03:2000", hidden=[Hidden.IDENTITY]))
    assert overall(judgement) is Outcome.DOES_NOT_MEET


def test_a_hole_that_can_hide_a_camera_leaves_the_rules_on_cameras_open_and_no_others() -> None:
    judgement = _judge(machine("1a03:2000", hidden=[Hidden.CAMERA]))
    open_ = [item for item in judgement.verdicts if item.subject == UNSEEN]
    on_cameras = {
        rule.id for item in packs() for rule in item.pack.rules if rule.subject is Subject.CAMERA
    }
    assert {item.rule for item in open_} == on_cameras & {item.rule for item in judgement.verdicts}
    assert {item.outcome for item in open_} == {Outcome.INDETERMINATE}
    assert "killed by signal 11" in open_[0].missing[0]
    assert overall(judgement) is Outcome.INDETERMINATE


def test_a_hole_that_can_hide_an_accelerator_leaves_the_rules_on_cameras_alone() -> None:
    judgement = _judge(machine("1a03:2000", hidden=[Hidden.ACCELERATOR]))
    assert _outcomes(judgement, "us-cameras:6A003.b.1") == {}


def test_the_same_two_cards_give_four_answers_on_four_dates() -> None:
    cards = machine("10de:20f3", "10de:20b2")
    a800, a100 = "0000:01:00.0", "0000:02:00.0"
    first = _judge(cards, date(2022, 6, 1))
    assert first.packs == ()
    assert overall(first) is Outcome.INDETERMINATE
    second = _outcomes(_judge(cards, date(2022, 12, 1)), "us-2022-10:3A090")
    assert (second[a800], second[a100]) == (Outcome.DOES_NOT_MEET, Outcome.MEETS)
    third = _outcomes(_judge(cards, date(2023, 12, 1)), "us-2023-11:3A090.a")
    assert (third[a800], third[a100]) == (Outcome.MEETS, Outcome.MEETS)
    today = _outcomes(_judge(cards), "us-2026-01:window")
    assert (today[a800], today[a100]) == (Outcome.MEETS, Outcome.MEETS)


def test_a_machine_without_an_accelerator_meets_nothing() -> None:
    judgement = _judge(machine())
    assert overall(judgement) is Outcome.DOES_NOT_MEET


def test_a_slice_is_not_judged_beside_its_package() -> None:
    whole = machine("10de:2330")
    part = dataclasses.replace(
        whole.accelerators[0], id="slice", address="slice", parent=whole.accelerators[0].id
    )
    judgement = _judge(dataclasses.replace(whole, accelerators=(*whole.accelerators, part)))
    assert "slice" not in _outcomes(judgement, "us-2023-11:3A090.a")


def test_notices_change_the_answer_only_when_asked() -> None:
    judgement = _judge(machine("10de:1eb8"))
    assert overall(judgement) is Outcome.DOES_NOT_MEET
    assert overall(judgement, Level.NOTICE) is Outcome.MEETS


def test_a_named_list_without_a_pack_for_the_date_cannot_be_told() -> None:
    judgement = _judge(machine("1a03:2000"), date(2023, 12, 1), "eu")
    assert overall(judgement) is Outcome.INDETERMINATE


def test_every_verdict_names_its_pack_rule_and_date_and_explains_itself() -> None:
    for verdict in _judge(machine("10de:2330", "10de:ffff", "1a03:2000")).verdicts:
        assert verdict.rule.startswith(verdict.pack)
        assert verdict.as_of == "2026-11-24"
        assert verdict.explanation
        if verdict.outcome is Outcome.INDETERMINATE:
            assert verdict.missing or verdict.questions


def test_the_text_that_is_not_enforced_says_so() -> None:
    judgement = _judge(machine("10de:2330"))
    verdict = next(item for item in judgement.verdicts if item.rule == "us-2025-01:3A090.a")
    assert "not enforced since 2025-05-13" in verdict.explanation


def test_judging_twice_gives_the_same_findings() -> None:
    evidence = machine("10de:2330", "10de:2236")
    assert _judge(evidence).verdicts == _judge(evidence).verdicts


def test_after_its_review_date_every_verdict_of_a_pack_says_that_it_is_overdue() -> None:
    late = _judge(machine("1a03:2000"), date(2027, 2, 10))
    assert {pack.review_by for pack in overdue(late)} == {"2027-01-31"}
    assert all("reviewed by 2027-01-31, overdue" in item.explanation for item in late.verdicts)
    on_the_day = _judge(machine("1a03:2000"), date(2027, 1, 31))
    assert not overdue(on_the_day)
    assert not any("overdue" in item.explanation for item in on_the_day.verdicts)


def test_an_overdue_pack_settles_nothing_for_who_asks_for_a_current_one() -> None:
    late = _judge(machine("1a03:2000"), date(2027, 2, 10))
    assert overall(late) is Outcome.DOES_NOT_MEET
    assert overall(late, max_pack_age=10) is Outcome.DOES_NOT_MEET
    assert overall(late, max_pack_age=9) is Outcome.INDETERMINATE
    assert overall(_judge(machine("10de:2330"), date(2027, 2, 10)), max_pack_age=0) is Outcome.MEETS
