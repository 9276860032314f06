"""A clock that only moves when work says how long it took."""

from __future__ import annotations

from dataclasses import dataclass

from gauger_probes.measure.sampling import Sample, Stopwatch


@dataclass(slots=True)
class FakeClock:
    """Seconds of wall and CPU time; ``threads`` is what one second of work costs on the CPU."""

    now_s: float = 0.0
    cpu_s: float = 0.0
    threads: float = 1.0

    def work(self, seconds: float) -> None:
        """Let ``seconds`` pass with every thread busy."""
        self.now_s += seconds
        self.cpu_s += seconds * self.threads

    def sample(self, seconds: float) -> Sample:
        """Work and return what it took."""
        self.work(seconds)
        return Sample(seconds, seconds * self.threads)

    def stopwatch(self) -> Stopwatch:
        """Return clocks that show this time."""
        return Stopwatch(wall=lambda: self.now_s, cpu=lambda: self.cpu_s)
