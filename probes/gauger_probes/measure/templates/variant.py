"""What repeated runs of a network in one manner amount to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.plan import MIN_SAMPLES
from gauger_probes.measure.sampling import Sample, busy
from gauger_probes.measure.statistics import MedianInterval, series_interval


@dataclass(frozen=True, slots=True)
class Manner:
    """``streams`` at a time, each of one thread and with ``batch`` faces."""

    streams: int
    batch: int

    @property
    def faces(self) -> int:
        """Faces in one repetition."""
        return self.streams * self.batch


@dataclass(frozen=True, slots=True)
class Variant:
    """Repetitions in one manner."""

    manner: Manner
    samples: tuple[Sample, ...]

    def interval(self) -> MedianInterval:
        """Return the median of faces per second, with its interval."""
        return series_interval([self.manner.faces / sample.wall_s for sample in self.samples])

    def figures(self) -> dict[str, JsonValue]:
        """Return the manner, its best repetition and its rate of CPU time."""
        spent = busy(self.samples, self.manner.streams)
        return {
            "streams": self.manner.streams,
            "batch": self.manner.batch,
            "best": self.manner.faces / min(sample.wall_s for sample in self.samples),
            "cpuTimeRate": spent.rate(self.manner.faces * len(self.samples)),
        }

    def summary(self) -> JsonValue:
        """Return all that is said of a variant that is not the result."""
        return self.figures() | {"median": self.interval().median, "samples": len(self.samples)}


def fastest(variants: Sequence[Variant]) -> Variant:
    """Return the variant of the highest median, of those with enough samples to have one."""
    enough = [each for each in variants if len(each.samples) >= MIN_SAMPLES] or variants
    return max(enough, key=lambda each: each.interval().median)
