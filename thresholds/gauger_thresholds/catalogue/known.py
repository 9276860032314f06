"""The ids of every product that computes, for a search that does not trust what class it shows."""

from __future__ import annotations

from gauger_thresholds.catalogue.model import Catalogue, Kind
from gauger_thresholds.catalogue.patterns import breadth

_SILENT = frozenset({Kind.DISPLAY, Kind.PARAVIRTUAL, Kind.SUPPORT})


def known_ids(catalogue: Catalogue, bus: str) -> tuple[str, ...]:
    """Return the ids (``10de:2330``) of rows that compute and are known by exact ids on ``bus``.

    Ranges of ids are left out: they can hold a product's audio or USB functions.
    """
    found = {
        f"{pattern.vendor}:{pattern.first}"
        for row in catalogue.devices
        if row.kind not in _SILENT
        for pattern in row.patterns
        if pattern.bus == bus and breadth(pattern) <= 1
    }
    return tuple(sorted(found))
