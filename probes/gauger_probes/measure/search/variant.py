"""What repeated searches with one number of queries amount to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gauger_probes.evidence.common import JsonValue
from gauger_probes.measure.plan import MIN_SAMPLES
from gauger_probes.measure.sampling import Sample, busy
from gauger_probes.measure.statistics import MedianInterval, series_interval

#: Sizes of galleries for which the time of an answer is derived.
_SIZES = {"millisecondsAt1e6": 1e6, "millisecondsAt1e7": 1e7}
#: How, for whoever reads the conditions.
DERIVED = (
    "millisecondsAt1e6 and millisecondsAt1e7: median time of one batch, scaled from gallerySize;"
    " outside variants, of a batch of one face"
)


@dataclass(frozen=True, slots=True)
class Variant:
    """Searches of ``gallery_size`` templates for ``batch`` queries at a time, on ``threads``.

    ``beyond_caches``: no cache holds a useful part of these templates.
    """

    batch: int
    gallery_size: int
    beyond_caches: bool
    threads: int
    samples: tuple[Sample, ...]

    @property
    def comparisons(self) -> int:
        """Inner products in one repetition."""
        return self.batch * self.gallery_size

    def interval(self) -> MedianInterval:
        """Return the median of comparisons per second, with its interval."""
        return series_interval([self.comparisons / sample.wall_s for sample in self.samples])

    def milliseconds(self) -> dict[str, JsonValue]:
        """Return how long one batch takes in larger galleries."""
        median = self.interval().median
        return {name: 1e3 * self.batch * size / median for name, size in _SIZES.items()}

    def figures(self) -> dict[str, JsonValue]:
        """Return the batch, what it searched, its best repetition and its rate of CPU time."""
        spent = busy(self.samples, self.threads)
        return {
            "batch": self.batch,
            "gallerySize": self.gallery_size,
            "beyondCaches": self.beyond_caches,
            "best": self.comparisons / min(sample.wall_s for sample in self.samples),
            "cpuTimeRate": spent.rate(self.comparisons * len(self.samples)),
        }

    def summary(self) -> JsonValue:
        """Return all that is said of a variant that is not the result."""
        found = {"median": self.interval().median, "samples": len(self.samples)}
        return self.figures() | found | self.milliseconds()


def fastest(variants: Sequence[Variant]) -> Variant:
    """Return the variant of the highest median, of those with enough samples to have one."""
    enough = [each for each in variants if len(each.samples) >= MIN_SAMPLES] or variants
    return max(enough, key=lambda each: each.interval().median)
