"""Looks at a device while it works: clocks, temperature, power and what holds it back.

A thread asks a reader ten times a second. A reader is a function without arguments that returns
figures by name, with the unit at the end of each; words are what held the device back.
"""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeAlias

from gauger_probes.evidence.common import JsonValue

_INTERVAL_S = 0.1
#: More looks than an hour of measuring takes.
_MOST_LOOKS = 36_000


@dataclass(frozen=True, slots=True)
class Look:
    """Figures by name (``smClockHz``, ``temperatureC``, ``powerW``), and what held the device."""

    figures: Mapping[str, float]
    reasons: frozenset[str] = frozenset()


Reader: TypeAlias = Callable[[], Look]


class DeviceWatch:
    """Looks at a device for as long as the body of a ``with`` statement runs."""

    def __init__(self, reader: Reader | None) -> None:
        """Take note of who tells; ``None``: nobody does."""
        self._reader = reader
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, daemon=True)
        self._looks: list[Look] = []

    def __enter__(self) -> DeviceWatch:
        if self._reader is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._reader is not None:
            self._thread.join(timeout=1.0)

    def conditions(self) -> dict[str, JsonValue]:
        """Return what was seen: least, median and most of each figure, and the reasons."""
        return describe(tuple(self._looks))

    def _keep_looking(self) -> None:
        while self._reader is not None and len(self._looks) < _MOST_LOOKS:
            self._looks.append(self._reader())
            if self._over.wait(_INTERVAL_S):
                return


def describe(looks: Sequence[Look]) -> dict[str, JsonValue]:
    """Return the conditions that ``looks`` amount to; nothing where nobody told."""
    names = sorted({name for each in looks for name in each.figures})
    found: dict[str, JsonValue] = {}
    for name in names:
        values = [each.figures[name] for each in looks if name in each.figures]
        found[name] = {
            "low": min(values),
            "median": statistics.median(values),
            "high": max(values),
        }
    reasons: list[JsonValue] = [*sorted({text for each in looks for text in each.reasons})]
    return {"device": found, "throttleReasons": reasons, "looks": len(looks)} if looks else {}
