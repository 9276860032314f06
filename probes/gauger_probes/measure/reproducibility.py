"""What a rate changes between runs, from earlier ones, and what that adds to an interval.

Data of repeated runs are evaluated once (``reproducibility.toml``) and combined with the interval
of each new run as independent components are: the squares add up (JCGM 100:2008, 4.3 and 5.1).
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from gauger_probes.evidence.common import Measurement


@dataclass(frozen=True, slots=True)
class Component:
    """``relative``: half of an interval of 95 % as a part of the median, by ``source``.

    ``virtual`` is ``None`` where a hypervisor makes no difference.
    """

    device: str
    quantities: frozenset[str]
    relative: float
    source: str
    virtual: bool | None = None

    def fits(self, device: str, quantity: str, *, virtual: bool) -> bool:
        """Return whether it is about that quantity of such a device."""
        there = self.virtual in (None, virtual)
        return there and self.device == device and quantity in self.quantities


@cache
def components() -> tuple[Component, ...]:
    """Return what is known."""
    raw = tomllib.loads(files(__package__).joinpath("reproducibility.toml").read_text("utf-8"))
    return tuple(_component(entry) for entry in raw["component"])


def _component(entry: Mapping[str, Any]) -> Component:
    return Component(**{**entry, "quantities": frozenset(entry["quantities"])})


def reproducible(item: Measurement, device: str, *, virtual: bool) -> Measurement:
    """Return ``item``, of a ``device`` (``cpu`` or ``accelerator``), as another run would find it.

    ``conditions.reproducibility`` is what was combined with the interval of the run itself;
    ``None`` where no run was repeated on such a machine.
    """
    known = (
        each.relative for each in components() if each.fits(device, item.quantity, virtual=virtual)
    )
    relative = next(known, None)
    spread = abs(item.median) * (relative or 0.0)
    return dataclasses.replace(
        item,
        low=item.median - math.hypot(item.median - item.low, spread),
        high=item.median + math.hypot(item.high - item.median, spread),
        conditions={**item.conditions, "reproducibility": relative},
    )
