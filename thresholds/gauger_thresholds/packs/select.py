"""Chooses the packs that are judged on a date, and says which lists are not judged and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gauger_thresholds.findings import NotJudged
from gauger_thresholds.packs.model import LoadedPack, Pack, Status

NO_PACK_FOR_DATE = "no-pack-for-date"


class UnknownPackError(ValueError):
    """No pack has the id or prefix that was asked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The packs to judge, the lists that are not judged, and whether lists were named."""

    packs: tuple[LoadedPack, ...]
    not_judged: tuple[NotJudged, ...]
    named: bool


def select(packs: Sequence[LoadedPack], day: date, names: Sequence[str] = ()) -> Selection:
    """Return the packs of ``names`` (ids or prefixes; all when empty) that are judged on ``day``.

    Raises:
        UnknownPackError: a name fits no pack.
    """
    wanted = [loaded for loaded in packs if not names or any(_fits(loaded, n) for n in names)]
    for name in names:
        if not any(_fits(loaded, name) for loaded in packs):
            known = ", ".join(loaded.pack.id for loaded in packs)
            raise UnknownPackError(f"unknown pack {name!r}; known are {known}")
    judged = tuple(loaded for loaded in wanted if _is_judged(loaded.pack, day))
    lists = dict.fromkeys(loaded.pack.list for loaded in wanted)
    done = {loaded.pack.list for loaded in judged}
    missing = tuple(_why_not(name, wanted, day) for name in lists if name not in done)
    return Selection(judged, missing, bool(names))


def _fits(loaded: LoadedPack, name: str) -> bool:
    return loaded.pack.id == name or loaded.pack.id.startswith(f"{name}-")


def _is_judged(pack: Pack, day: date) -> bool:
    return pack.status in (Status.LAW, Status.REFERENCE) and pack.in_force(day)


def _why_not(name: str, packs: Sequence[LoadedPack], day: date) -> NotJudged:
    of_list = [loaded.pack for loaded in packs if loaded.pack.list == name]
    unusable = [pack for pack in of_list if pack.status in (Status.UNVERIFIED, Status.PROPOSED)]
    if unusable:
        pack = unusable[0]
        return NotJudged(name, pack.status.value, pack.note or pack.title)
    first = min(max(pack.effective_from, pack.history_complete_from) for pack in of_list)
    detail = f"no pack of this list covers {day.isoformat()}; the first covers {first}"
    return NotJudged(name, NO_PACK_FOR_DATE, detail)
