"""A private manifest tells no number of a part's own, and loses nothing that is judged by."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gauger_agent.compare.alike import UnlikeError, alike
from gauger_agent.compare.changes import Machine, compare
from gauger_agent.errors import InputUnreadable, UsageError
from gauger_agent.judging import Law
from gauger_agent.manifest.statement import PRIVACY, Privacy, problems
from gauger_agent.placeholders import is_placeholder
from gauger_agent.private import FIELDS, PREFIX, ShipmentKey, read_key
from gauger_agent.trust.material import Material
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.evaluate.judge import Judgement
from gauger_thresholds.packs.load import built_in
from reference.summary import DAY, MACHINES, evidence_of, names
from support.evidence import sample_evidence
from support.manifests import sample_predicate

KEY = ShipmentKey(bytes(range(32)))
OTHER = ShipmentKey(bytes(32))


def _numbers(value: Any) -> Iterator[str]:
    """Every number of a part's own, wherever it stands in the JSON."""
    if isinstance(value, dict):
        for name, held in value.items():
            if name in FIELDS and isinstance(held, str):
                yield held
            else:
                yield from _numbers(held)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)


def _outcomes(judgement: Judgement) -> list[tuple[object, ...]]:
    return [(item.rule, item.outcome, item.value) for item in judgement.verdicts]


def _judged(evidence: Evidence) -> Judgement:
    return Law(built_in(), DAY).judge(evidence)


@pytest.mark.parametrize("name", names())
def test_no_number_of_a_captured_machine_is_left_anywhere(name: str) -> None:
    plain = evidence_of(MACHINES / name / "tree")
    hidden = KEY.hide(plain)
    told = _judged(hidden)
    text = json.dumps([to_json(hidden), to_json(told.verdicts), to_json(told.doubts)]).casefold()
    for number in set(_numbers(to_json(plain))):
        assert is_placeholder(number) or number.casefold() not in text, number


@pytest.mark.parametrize("name", names())
def test_what_is_judged_is_the_same(name: str) -> None:
    plain = evidence_of(MACHINES / name / "tree")
    before, after = _judged(plain), _judged(KEY.hide(plain))
    told = [_outcomes(each) for each in (before, after)]
    assert told[0] == told[1]
    assert [item.doubt for item in before.doubts] == [item.doubt for item in after.doubts]


def test_the_sample_has_every_kind_of_number_and_each_is_digested() -> None:
    numbers = list(_numbers(to_json(sample_evidence())))
    hidden = list(_numbers(to_json(KEY.hide(sample_evidence()))))
    assert len(numbers) == len(hidden) >= 8
    assert all(number.startswith(PREFIX) for number in hidden)
    assert len(set(hidden)) == len(set(numbers))


def test_a_digest_is_that_of_rfc_2104_over_name_and_text() -> None:
    import hashlib
    import hmac

    expected = hmac.new(KEY.raw, b"serial\x00wm21as001234", hashlib.sha256).hexdigest()
    assert KEY.digest("serial", " WM21AS001234 ") == f"hmac-sha256:{expected}"
    assert KEY.digest("uuid", "WM21AS001234") != KEY.digest("serial", "WM21AS001234")
    assert OTHER.digest("serial", "WM21AS001234") != KEY.digest("serial", "WM21AS001234")


def test_hiding_twice_is_hiding_once_and_a_filler_stays_a_filler() -> None:
    evidence = sample_evidence()
    assert evidence.host is not None
    board = dataclasses.replace(evidence.host.board, serial="To be filled by O.E.M.")
    evidence = dataclasses.replace(evidence, host=dataclasses.replace(evidence.host, board=board))
    hidden = KEY.hide(evidence)
    assert KEY.hide(hidden) == hidden
    assert hidden.host is not None
    assert hidden.host.board.serial == "To be filled by O.E.M."


def test_two_private_manifests_of_one_key_compare_without_it() -> None:
    side = (KEY.hide(sample_evidence()), KEY.privacy)
    before, after = alike(side, side, None)
    assert compare(before, after, Material()).machine is Machine.SAME


def test_a_private_and_a_plain_one_compare_with_the_key_both_ways_round() -> None:
    private, plain = (KEY.hide(sample_evidence()), KEY.privacy), (sample_evidence(), None)
    for one, other in ((private, plain), (plain, private)):
        before, after = alike(one, other, KEY)
        assert compare(before, after, Material()).machine is Machine.SAME


def test_without_the_key_or_with_another_they_are_not_compared() -> None:
    private, plain = (KEY.hide(sample_evidence()), KEY.privacy), (sample_evidence(), None)
    for key in (None, OTHER):
        with pytest.raises(UnlikeError):
            alike(private, plain, key)
    with pytest.raises(UnlikeError, match="different shipment keys"):
        alike(private, (OTHER.hide(sample_evidence()), OTHER.privacy), KEY)


def test_two_plain_ones_are_left_as_they_are_whatever_the_key() -> None:
    plain = (sample_evidence(), None)
    assert alike(plain, plain, KEY) == (plain[0], plain[0])


@pytest.mark.parametrize(
    "privacy", [Privacy("MD5", "0" * 16), Privacy(PRIVACY, "0" * 15), Privacy(PRIVACY, "G" * 16)]
)
def test_a_privacy_that_is_none_is_a_problem_of_the_predicate(privacy: Privacy) -> None:
    assert not list(problems(sample_predicate(privacy=KEY.privacy)))
    assert len(list(problems(sample_predicate(privacy=privacy)))) == 1


@pytest.mark.parametrize(
    "content", [b"", b"ab", b"g" * 64, b"A" * 64, b"0" * 65, b"0" * 64 + b"\n\n", b"\xff" * 64]
)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not a shipment key"):
        read_key(path)


def test_a_key_is_read_with_and_without_its_line_end_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "key"
    for end in ("", "\n"):
        path.write_text(KEY.raw.hex() + end)
        assert read_key(path) == KEY
    assert KEY.raw.hex() not in repr(KEY) + json.dumps(to_json(KEY.privacy))
    with pytest.raises(InputUnreadable):
        read_key(tmp_path / "absent")
