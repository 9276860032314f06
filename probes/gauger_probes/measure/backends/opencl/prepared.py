"""Work that is ready on a device: commands to repeat, a check, and what to give back at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from gauger_probes.measure.backends.opencl.failures import OpenClError
from gauger_probes.measure.backends.opencl.session import Command, Session
from gauger_probes.measure.backends.protocol import DeviceLostError


class Prepared:
    """A ``Work`` of the protocol. It owns what ``resources`` holds."""

    def __init__(
        self,
        session: Session,
        method: str,
        commands: Sequence[Command],
        compare: Callable[[], None],
        resources: ExitStack,
    ) -> None:
        """``commands`` are one repetition; ``compare`` raises where its result is wrong."""
        self._session = session
        self._method = method
        self._commands = commands
        self._compare = compare
        self._resources = resources
        self._ran = False

    @property
    def method(self) -> str:
        """What exactly is run."""
        return self._method

    def run(self, repetitions: int) -> float:
        """Do it so often, back to back; return the seconds by the device's own clock.

        Raises:
            DeviceLostError: the device failed.
            WrongResultError: its clock cannot be right.
        """
        try:
            seconds = self._session.timed(self._commands, repetitions)
        except OpenClError as problem:
            # It has run before, while it was prepared.
            raise DeviceLostError(str(problem)) from problem
        self._ran = True
        return seconds

    def check(self) -> None:
        """Compare what the last run computed with a reference; run once where none was.

        Raises:
            WrongResultError: it is wrong.
            DeviceLostError: the device failed.
        """
        if not self._ran:
            self.run(1)
        self._compare()

    def close(self) -> None:
        """Give its memory back."""
        self._resources.close()
