"""What became of each part: told apart both ways round, whatever is known of it."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.compare.changes import Became, Changed, Comparison, Machine, Severity, compare
from gauger_agent.fingerprint import Kind
from gauger_agent.trust.material import Change, Material
from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import Nameplate
from support.evidence import sample_camera, sample_evidence, sample_gpu

_SLOTS = tuple(f"0000:{bus:02x}:00.0" for bus in range(1, 9))


def _machine(*cards: Accelerator) -> Evidence:
    return dataclasses.replace(sample_evidence(), accelerators=cards)


def _bare(address: str, device: str = "20b2") -> Accelerator:
    """Return a card without a driver: no number of its own is known."""
    card = sample_gpu(address)
    pci = dataclasses.replace(card.pci, device=device) if card.pci else None
    return dataclasses.replace(card, identities=(), driver=None, bound=False, pci=pci)


def _cards(comparison: Comparison) -> list[Changed]:
    return [part for part in comparison.parts if part.kind is Kind.ACCELERATOR]


def _words(before: Evidence, after: Evidence) -> list[str]:
    """Return what became of the accelerators, without those that are the same."""
    found = _cards(compare(before, after, Material()))
    return [part.change.value for part in found if part.change is not Became.SAME]


_ONE, _TWO = sample_gpu(_SLOTS[0], "1650000000001"), sample_gpu(_SLOTS[1], "1650000000002")
_ELSEWHERE = sample_gpu(_SLOTS[2], "1650000000001")
_OTHER_THERE = sample_gpu(_SLOTS[0], "1650000000009")
_FOUR = tuple(_bare(slot) for slot in _SLOTS[:4])


@pytest.mark.parametrize(
    ("before", "after", "there", "back"),
    [
        ((_ONE,), (_ONE, _TWO), ["added"], ["removed"]),
        ((_ONE,), (_ELSEWHERE,), ["moved"], ["moved"]),
        ((_ONE,), (_OTHER_THERE,), ["replaced"], ["replaced"]),
        ((_ONE, _TWO), (_TWO,), ["removed"], ["added"]),
        (_FOUR, (_FOUR[0], _FOUR[1], _FOUR[3]), ["removed"], ["added"]),
        (_FOUR, (*_FOUR[:3], _bare(_SLOTS[5])), ["moved"], ["moved"]),
        (_FOUR, (*_FOUR[:3], _bare(_SLOTS[3], "20b5")), ["replaced"], ["replaced"]),
        (_FOUR, _FOUR, [], []),
    ],
    ids=[
        "added",
        "moved",
        "replaced",
        "removed",
        "one of four",
        "bare moved",
        "bare other",
        "same",
    ],
)
def test_changes_of_cards_are_told_apart_both_ways_round(
    before: tuple[Accelerator, ...],
    after: tuple[Accelerator, ...],
    there: list[str],
    back: list[str],
) -> None:
    assert _words(_machine(*before), _machine(*after)) == there
    assert _words(_machine(*after), _machine(*before)) == back


@pytest.mark.parametrize("filler", ["SN0001", "To Be Filled By O.E.M.", "0000000000", ""])
def test_a_placeholder_identifies_nothing(filler: str) -> None:
    cards = tuple(
        dataclasses.replace(
            card, identities=(dataclasses.replace(card.identities[0], serial=filler, uuid=None),)
        )
        for card in (_ONE, _TWO)
    )
    swapped = (
        dataclasses.replace(cards[0], address=_SLOTS[1]),
        dataclasses.replace(cards[1], address=_SLOTS[0]),
    )
    assert _words(_machine(*cards), _machine(*swapped)) == []


def test_a_serial_that_one_side_could_not_read_makes_no_other_card() -> None:
    card = _ONE
    bare = _bare(card.address)
    (part,) = _cards(compare(_machine(card), _machine(bare), Material()))
    assert part.change is Became.UPDATED  # its driver is not bound any more
    assert part.severity is Severity.NOTICE


def test_new_firmware_is_an_update_and_does_not_count() -> None:
    flashed = dataclasses.replace(
        _ONE, identities=(dataclasses.replace(_ONE.identities[0], firmware="96.00.DA.00.0C"),)
    )
    comparison = compare(_machine(_ONE), _machine(flashed), Material())
    assert [part.change for part in _cards(comparison)] == [Became.UPDATED]
    assert not comparison.differs


def test_what_one_side_could_not_look_for_is_unknown_and_never_gone() -> None:
    blind = _machine()
    lines = tuple(
        dataclasses.replace(line, status=Status.DENIED, could_hide=(Hidden.ACCELERATOR,))
        if line.probe == "accelerators"
        else line
        for line in blind.coverage
    )
    blind = dataclasses.replace(blind, coverage=lines)
    assert _words(_machine(_ONE), blind) == ["unknown"]
    assert _words(blind, _machine(_ONE)) == ["unknown"]
    assert _words(_machine(_ONE), _machine()) == ["removed"]


def test_memory_that_only_root_can_list_is_unknown_without_it() -> None:
    full = sample_evidence()
    assert full.host is not None
    memory = dataclasses.replace(full.host.memory, modules=())
    user = dataclasses.replace(full, host=dataclasses.replace(full.host, memory=memory))
    found = compare(full, user, Material())
    assert {part.change for part in found.parts if part.kind is Kind.MEMORY} == {Became.UNKNOWN}
    assert not found.differs


def _with_board(serial: str | None) -> Evidence:
    evidence = sample_evidence()
    assert evidence.host is not None
    board = dataclasses.replace(evidence.host.board, serial=serial)
    host = dataclasses.replace(evidence.host, board=board, system=Nameplate())
    return dataclasses.replace(evidence, host=host)


@pytest.mark.parametrize(
    ("before", "after", "machine"),
    [
        ("WM21AS001234", "WM21AS001234", Machine.SAME),
        ("WM21AS001234", "WM21AS009999", Machine.DIFFERENT),
        ("WM21AS001234", None, Machine.SAME),  # every other part is, and has a number
        ("Default string", "Default string", Machine.SAME),
    ],
)
def test_whether_it_is_the_same_machine_follows_from_the_board(
    before: str | None, after: str | None, machine: Machine
) -> None:
    assert compare(_with_board(before), _with_board(after), Material()).machine is machine


def test_the_same_board_with_another_card_is_said_to_be_that() -> None:
    found = compare(_machine(_ONE), _machine(_OTHER_THERE), Material())
    assert found.machine is Machine.SAME_BOARD
    assert found.differs


def test_a_machine_of_which_no_number_is_known_may_be_any() -> None:
    bare = dataclasses.replace(_machine(_bare(_SLOTS[0])), host=None)
    assert compare(bare, bare, Material()).machine is Machine.UNKNOWN
    assert not compare(bare, bare, Material()).differs


def test_a_camera_that_was_added_counts() -> None:
    seeing = dataclasses.replace(_machine(), cameras=(sample_camera(),))
    found = compare(_machine(), seeing, Material())
    (camera,) = [part for part in found.parts if part.kind is Kind.CAMERA]
    assert (camera.change, camera.severity) == (Became.ADDED, Severity.MATERIAL)


def test_what_counts_is_the_policys_to_say() -> None:
    moved = compare(_machine(_ONE), _machine(_ELSEWHERE), Material())
    assert not moved.differs
    strict = Material().with_changes({Kind.ACCELERATOR: frozenset({Change.MOVED})})
    assert compare(_machine(_ONE), _machine(_ELSEWHERE), strict).differs
    assert not compare(_machine(_ONE), _machine(_OTHER_THERE), strict).differs


_serials = st.sampled_from(["", "SN0001", "1650000000001", "1650000000002", "1650000000003"])


@st.composite
def _machines(draw: st.DrawFn) -> Evidence:
    slots = draw(st.lists(st.sampled_from(_SLOTS), unique=True, max_size=6))
    cards = []
    for slot in slots:
        card = _bare(slot, draw(st.sampled_from(["20b2", "20b5", "2330"])))
        serial, uuid = draw(_serials), draw(st.sampled_from([None, "GPU-1", "GPU-2"]))
        identity = dataclasses.replace(_ONE.identities[0], serial=serial, uuid=uuid)
        cards.append(dataclasses.replace(card, identities=(identity,)))
    return _machine(*cards)


_MIRROR = {Became.ADDED: Became.REMOVED, Became.REMOVED: Became.ADDED}


@given(_machines(), _machines())
def test_the_other_way_round_is_the_mirror_image(one: Evidence, other: Evidence) -> None:
    there, back = (_cards(compare(*two, Material())) for two in ((one, other), (other, one)))
    mirrored = Counter(
        (_MIRROR.get(part.change, part.change), repr(part.after), repr(part.before))
        for part in back
    )
    assert Counter((part.change, repr(part.before), repr(part.after)) for part in there) == mirrored


@given(_machines(), _machines())
def test_every_part_of_both_sides_is_named_once(one: Evidence, other: Evidence) -> None:
    found = _cards(compare(one, other, Material()))
    assert Counter(part.before.subject for part in found if part.before) == Counter(
        card.id for card in one.accelerators
    )
    assert Counter(part.after.subject for part in found if part.after) == Counter(
        card.id for card in other.accelerators
    )


@given(_machines())
def test_a_machine_is_the_same_as_itself(one: Evidence) -> None:
    assert _words(one, one) == []


def test_thousands_of_equal_parts_are_compared_at_once() -> None:
    slots = [f"{domain:04x}:{bus:02x}:00.0" for domain in range(16) for bus in range(256)]
    many = _machine(*(_bare(slot) for slot in slots))
    fewer = _machine(*(_bare(slot) for slot in slots[1:]))
    assert _words(many, fewer) == ["removed"]
