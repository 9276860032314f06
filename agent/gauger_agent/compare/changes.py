"""What became of each part between two machines, in the words of ``gauger compare --json``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gauger_agent.compare.match import pair
from gauger_agent.compare.parts import Part, could_look, read_parts
from gauger_agent.fingerprint import Kind
from gauger_agent.trust.material import Material
from gauger_probes.evidence.document import Evidence


class Became(StrEnum):
    """What became of a part. ``unknown``: one side names it and the other could not look."""

    SAME = "same"
    MOVED = "moved"
    UPDATED = "updated"
    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Whether a change counts: by default an accelerator or camera that is another."""

    NONE = "none"
    NOTICE = "notice"
    MATERIAL = "material"


class Machine(StrEnum):
    """Whether both manifests are of one machine."""

    SAME = "same"
    SAME_BOARD = "sameBoard"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Changed:
    """A part on both sides, or on one."""

    change: Became
    kind: Kind
    before: Part | None
    after: Part | None
    severity: Severity


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing two machines found."""

    machine: Machine
    parts: tuple[Changed, ...]

    @property
    def differs(self) -> bool:
        """Whether it is another machine, or a part of it is, that counts."""
        material = any(part.severity is Severity.MATERIAL for part in self.parts)
        return self.machine is Machine.DIFFERENT or material


_ANOTHER = frozenset({Became.ADDED, Became.REMOVED, Became.REPLACED})
_BOARDS = (Kind.BOARD, Kind.SYSTEM)


def compare(before: Evidence, after: Evidence, material: Material) -> Comparison:
    """Return what became of the parts of ``before`` in ``after``."""
    parts = tuple(_changes(before, after, material))
    return Comparison(_machine(parts), parts)


def _changes(before: Evidence, after: Evidence, material: Material) -> Iterator[Changed]:
    old, new = _by_kind(read_parts(before)), _by_kind(read_parts(after))
    for kind in Kind:
        looked = could_look(before, kind), could_look(after, kind)
        found = [
            (_became(one, other, looked), one, other) for one, other in pair(old[kind], new[kind])
        ]
        for change, one, other in sorted(found, key=_order):
            yield Changed(change, kind, one, other, _severity(kind, change, material))


def _by_kind(parts: Sequence[Part]) -> defaultdict[Kind, list[Part]]:
    found: defaultdict[Kind, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.kind].append(part)
    return found


def _order(found: tuple[Became, Part | None, Part | None]) -> tuple[tuple[str, ...], bool]:
    """By whichever side is the lesser, so that both directions list alike."""
    _, one, other = found
    orders = [part.order for part in (one, other) if part is not None]
    return min(orders), one is None


def _became(one: Part | None, other: Part | None, looked: tuple[bool, bool]) -> Became:
    if one is None:
        return Became.ADDED if looked[0] else Became.UNKNOWN
    if other is None:
        return Became.REMOVED if looked[1] else Became.UNKNOWN
    if _is_another(one, other):
        return Became.REPLACED
    if one.place != other.place:
        return Became.MOVED
    if one.figures != other.figures or one.model != other.model:
        return Became.UPDATED
    return Became.SAME


def _is_another(one: Part, other: Part) -> bool:
    """Whether they are paired by their place alone."""
    shared = one.own.keys() & other.own.keys()
    if any(one.own[name] == other.own[name] for name in shared):
        return False
    return bool(shared) or one.model != other.model


def _severity(kind: Kind, change: Became, material: Material) -> Severity:
    if change is Became.SAME:
        return Severity.NONE
    return Severity.MATERIAL if material.counts(kind, change.value) else Severity.NOTICE


def _machine(parts: Sequence[Changed]) -> Machine:
    words = [_same_board(part) for part in parts if part.kind in _BOARDS]
    known = [word for word in words if word is not None]
    if not known:
        return _by_parts(parts)
    if not known[0]:
        return Machine.DIFFERENT
    changed = any(part.change in _ANOTHER for part in parts)
    return Machine.SAME_BOARD if changed or not all(known) else Machine.SAME


def _same_board(part: Changed) -> bool | None:
    """Whether a board or system is the same; ``None`` where no number is known of both."""
    if part.before is None or part.after is None:
        return None
    shared = part.before.own.keys() & part.after.own.keys()
    if not shared:
        return None
    return all(part.before.own[name] == part.after.own[name] for name in shared)


def _by_parts(parts: Sequence[Changed]) -> Machine:
    """Without a number of the board's: the same only if all parts are, and one has a number."""
    if any(part.change not in (Became.SAME, Became.UPDATED) for part in parts):
        return Machine.UNKNOWN
    numbered = any(
        part.before and part.after and part.before.own.keys() & part.after.own.keys()
        for part in parts
    )
    return Machine.SAME if numbered else Machine.UNKNOWN
