"""Which part of one machine is which of another: one to one, alike in both directions.

By what is a part's own (serial numbers), else by what it is and where it sits, else by what it is,
else by where it sits alone. What is left on one side only was added or removed. Every step groups
both sides by a key and pairs them in their common order, so that the time grows with the number of
parts alone, and comparing the other way round pairs the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import product

from gauger_agent.compare.parts import SINGLE, Part

#: Parts with the same key belong together; ``None``: this rule says nothing of the part.
Key = Callable[[Part], Hashable | None]
Pair = tuple[Part | None, Part | None]
_Left = list[Part]


def pair(before: Sequence[Part], after: Sequence[Part]) -> list[Pair]:
    """Return the pairs of parts of one kind; a side that lacks its part is ``None``."""
    pairs: list[Pair] = []
    left, right = list(before), list(after)
    for key in (*_own_keys(left, with_place=True), *_own_keys(left, with_place=False)):
        left, right, found = _step(left, right, key)
        pairs += found
    for key in (_model_and_place, _model):
        left, right, found = _compatible(left, right, key)
        pairs += found
    left, right, found = _step(left, right, _place)
    pairs += found
    pairs += [(part, None) for part in left]
    pairs += [(None, part) for part in right]
    return pairs


def _step(left: _Left, right: _Left, key: Key) -> tuple[_Left, _Left, list[Pair]]:
    """Pair what has the same key, in order; return what is left of both, and the pairs."""
    groups: defaultdict[Hashable, tuple[_Left, _Left]] = defaultdict(lambda: ([], []))
    rest: tuple[_Left, _Left] = ([], [])
    for side, parts in enumerate((left, right)):
        for part in parts:
            of = key(part)
            (rest if of is None else groups[of])[side].append(part)
    pairs: list[Pair] = []
    for befores, afters in groups.values():
        both = min(len(befores), len(afters))
        pairs += zip(befores, afters, strict=False)
        rest[0].extend(befores[both:])
        rest[1].extend(afters[both:])
    return _sorted(rest[0]), _sorted(rest[1]), pairs


def _compatible(left: _Left, right: _Left, key: Key) -> tuple[_Left, _Left, list[Pair]]:
    """Pair by ``key`` what cannot be told apart: no number is known of both.

    Parts that have the same number are paired already, so two that are left and both have one
    have different ones.
    """
    pairs: list[Pair] = []
    for known, other in _apart({frozenset(part.own) for part in (*left, *right)}):
        mine = [part for part in left if frozenset(part.own) == known]
        theirs = [part for part in right if frozenset(part.own) == other]
        mine_left, theirs_left, found = _step(mine, theirs, key)
        pairs += found
        left = _sorted([part for part in left if frozenset(part.own) != known] + mine_left)
        right = _sorted([part for part in right if frozenset(part.own) != other] + theirs_left)
    return left, right, pairs


def _apart(names: Iterable[frozenset[str]]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield the pairs of sets that share no name, the barest first, and mirrored ones alike."""
    ordered = sorted(names, key=lambda each: (len(each), sorted(each)))
    disjoint = [(one, other) for one, other in product(ordered, ordered) if not one & other]
    return iter(sorted(disjoint, key=lambda two: sorted(map(sorted, two))))


def _own_keys(parts: Iterable[Part], *, with_place: bool) -> Iterator[Key]:
    names = sorted({name for part in parts for name in part.own})
    for name in names:
        yield _own_key(name, with_place=with_place)


def _own_key(name: str, *, with_place: bool) -> Key:
    def key(part: Part) -> Hashable | None:
        value = part.own.get(name)
        return None if value is None else (value, *_items(part.place if with_place else {}))

    return key


def _model_and_place(part: Part) -> Hashable:
    return _items(part.model), _items(part.place)


def _model(part: Part) -> Hashable:
    return _items(part.model)


def _place(part: Part) -> Hashable | None:
    if part.kind in SINGLE:
        return part.kind
    return _items(part.place) if part.place else None


def _items(facts: object) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(facts).items()))  # type: ignore[call-overload]


def _sorted(parts: Iterable[Part]) -> _Left:
    return sorted(parts, key=lambda part: part.order)
