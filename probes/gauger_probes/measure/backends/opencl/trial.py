"""Times several ways to do the same, in turns, so that a busy machine slows them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.session import Command

Way = TypeVar("Way")
#: Runs commands so often and returns the seconds: ``Session.timed``.
Timed: TypeAlias = Callable[[Sequence[Command], int], float]

#: Runs of each way. The first may still compile, so at least two.
_TURNS = 4


def shortest(timed: Timed, ways: Mapping[Way, Sequence[Command]]) -> dict[Way, float]:
    """Return the seconds of the fastest run of each way; one that the device refuses is left out.

    Raises:
        MemoryError, DeviceLostError: the device failed.
    """
    times: dict[Way, float] = {}
    refused: set[Way] = set()
    for _ in range(_TURNS):
        for way, commands in ways.items():
            if way in refused:
                continue
            try:
                seconds = timed(commands, 1)
            except OpenClError:
                # It has not the registers or the local memory for this one.
                refused.add(way)
                times.pop(way, None)
                continue
            times[way] = min(seconds, times.get(way, seconds))
    return times
