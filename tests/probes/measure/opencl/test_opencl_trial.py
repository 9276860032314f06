"""Which of several ways is taken for the fastest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

import pytest

from gauger_probes.measure.backends.opencl import trial
from gauger_probes.measure.backends.opencl.codes import Status
from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.session import Command
from gauger_probes.measure.backends.protocol import DeviceLostError

REFUSED = OpenClError("clEnqueueNDRangeKernel", Status.OUT_OF_RESOURCES)
LOST = DeviceLostError("gone")


class Device:
    """A device whose commands say themselves how long they take."""

    def __init__(self) -> None:
        self.now = 0.0

    def timed(self, commands: Sequence[Command], repetitions: int) -> float:
        began = self.now
        for command in list(commands) * repetitions:
            command(None)
        return self.now - began

    def taking(self, *outcomes: float | Exception) -> list[Command]:
        """Return a way that takes these seconds in turn, or fails so; then the last for ever."""
        coming = chain(outcomes, repeat(outcomes[-1]))

        def run(_: object) -> None:
            outcome = next(coming)
            if isinstance(outcome, Exception):
                raise outcome
            self.now += outcome

        return [run]

    def times(self, *first: float | Exception) -> dict[str, float]:
        """Try a way of these outcomes beside one that takes two seconds."""
        return trial.shortest(self.timed, {"a": self.taking(*first), "b": self.taking(2.0)})


def test_the_first_run_may_be_slow_without_harm() -> None:
    assert Device().times(9.0, 1.0) == {"a": 1.0, "b": 2.0}


def test_a_way_that_is_refused_is_left_out() -> None:
    assert Device().times(REFUSED) == {"b": 2.0}


def test_a_way_that_is_refused_later_is_left_out_too() -> None:
    assert Device().times(1.0, REFUSED) == {"b": 2.0}


def test_a_lost_device_ends_the_trial() -> None:
    with pytest.raises(DeviceLostError, match="gone"):
        Device().times(1.0, LOST)
