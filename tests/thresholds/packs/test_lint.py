"""The linter finds one planted fault at a time, and none in the packs that ship."""

from __future__ import annotations

import dataclasses

import pytest

from gauger_thresholds.packs.lint import problems
from gauger_thresholds.packs.load import PackError, built_in, read_pack
from gauger_thresholds.packs.model import EvidenceGrade, Pack, Rule, Status, Subject

_TEXT = """
id = "xx-1"
version = 1
jurisdiction = "XX"
list = "xx"
title = "A list"
status = "law"
effective_from = 2024-01-01
text_in_force = true
enforced = true
history_complete_from = 2024-01-01
review_by = 2027-01-01
[citations]
text = "A source"
[questions]
datacenter = "Is it?"
[[rules]]
id = "xx-1:1"
paragraph = "1"
title = "A rule"
subject = "accelerator"
level = "control"
evidence = "text"
citation = "text"
condition = { metric = "tpp", at_least = 4800 }
"""


def _pack(**changes: object) -> Pack:
    return dataclasses.replace(read_pack("xx-1.toml", _TEXT.encode()).pack, **changes)  # type: ignore[arg-type]


def _with_rule(**changes: object) -> Pack:
    rule: Rule = _pack().rules[0]
    return _pack(rules=(dataclasses.replace(rule, **changes),))  # type: ignore[arg-type]


def test_the_packs_that_ship_have_no_problem() -> None:
    assert problems([item.pack for item in built_in()]) == []


def test_the_sample_pack_has_no_problem() -> None:
    assert problems([_pack()]) == []


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        (_pack(effective_until="2023-01-01"), "after effective_from"),
        (_pack(review_by="soon"), "review_by is not a date"),
        (_pack(rules=()), "has no rules"),
        (_with_rule(id="other:1"), "must start with xx-1:"),
        (_with_rule(evidence=EvidenceGrade.UNVERIFIED), "no unverified number"),
        (_with_rule(citation="nowhere"), "'nowhere' is not in"),
        (_with_rule(condition={"metric": "speed", "above": 1}), "unknown metric 'speed'"),
        (_with_rule(condition={"metric": "app", "above": 1}), "not one of a accelerator"),
        (_with_rule(condition={"rule": "gone:1"}), "'gone:1', which no pack holds"),
        (_with_rule(condition={"fact": "pretty"}), "has no text"),
        (_with_rule(subject=Subject.CAMERA, condition={"fact": "datacenter"}), "unknown fact"),
        (_with_rule(assumptions=("the moon is full",)), "no other rule has any"),
        (_pack(status=Status.REFERENCE), "states its assumptions"),
    ],
)
def test_the_linter_names_each_fault(pack: Pack, says: str) -> None:
    assert any(says in text for text in problems([pack])), problems([pack])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("at_least = 4800", "at_least = 'many'"), "expected a number"),
        (("at_least = 4800", "more_than = 4800"), "exactly one of"),
        (('status = "law"', 'status = "rumour"'), "expected one of"),
        (("version = 1", "version = 1\nmood = 3"), "unknown field 'mood'"),
        (('title = "A list"', ""), "'title' is missing"),
        (("[citations]", "[citations"), "not a TOML file"),
    ],
)
def test_a_malformed_pack_is_refused_in_one_line(change: tuple[str, str], says: str) -> None:
    with pytest.raises(PackError, match=says) as caught:
        read_pack("xx-1.toml", _TEXT.replace(*change).encode())
    assert "\n" not in str(caught.value)
