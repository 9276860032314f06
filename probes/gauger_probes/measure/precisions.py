"""Which precisions are measured on the processors, and with which of the machine's libraries.

A precision that the processor's flags do not show is not measured at all. One that they show is
measured with the library that is fastest, and refused where that one turns out to convert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gauger_probes.evidence.common import Measurement
from gauger_probes.host import cpu
from gauger_probes.measure import gemm
from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.cpu.table import Shelf
from gauger_probes.measure.backends.cpu.units import lacks, needs_unit
from gauger_probes.measure.backends.protocol import Precision
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.plan import Kind, Window
from gauger_probes.roots import Roots

#: In the order in which they are measured.
PRECISIONS: Mapping[Kind, Precision] = {
    Kind.FP32: Precision.FP32,
    Kind.FP64: Precision.FP64,
    Kind.INT8: Precision.INT8,
    Kind.BF16: Precision.BF16,
    Kind.FP16: Precision.FP16,
}


class NoLibraryError(Exception):
    """No library on this machine multiplies a precision; the message says what was tried."""


class TooHurriedError(Exception):
    """What may multiply a precision is not loaded in so little time; the message says how much."""


def flags(roots: Roots) -> frozenset[str]:
    """Return the arithmetic flags that all processors share, as /proc/cpuinfo prints them."""
    each = [frozenset(processor.isa) for processor in cpu.read(roots)]
    return frozenset.intersection(*each) if each else frozenset()


def lacking(isa: frozenset[str]) -> dict[Kind, str]:
    """Return why, for each precision that a processor with the flags ``isa`` lacks."""
    reasons = {kind: lacks(precision, isa) for kind, precision in PRECISIONS.items()}
    return {kind: why for kind, why in reasons.items() if why is not None}


#: Seconds of a budget from which on heavy libraries are loaded, which takes some of them itself.
HEAVY_S = 15.0


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Measures one precision after the other with the libraries of ``shelf``.

    ``budget_s`` are the seconds for everything; with few of them, heavy libraries are left out.
    """

    shelf: Shelf
    isa: frozenset[str]
    budget_s: float = HEAVY_S

    def open(self, precision: Precision) -> tuple[Library, ...]:
        """Load what multiplies ``precision``: a window that a library loads in is used up.

        Raises:
            NoLibraryError: the processor may have it, and no library here multiplies it.
            TooHurriedError: one might, and there is no time to load it.
        """
        libraries = self.shelf.offering(precision, heavy=self.budget_s >= HEAVY_S)
        if libraries:
            return libraries
        self._refuse_hurried(precision)
        missing = "; ".join(f"{name}: {why}" for name, why in self.shelf.missing.items())
        raise NoLibraryError(f"no library here multiplies {precision} ({missing})")

    def measure(self, precision: Precision, window: Window, bench: Bench) -> Measurement:
        """Measure ``precision`` within ``window``.

        Raises:
            NoLibraryError: see ``open``.
            TooHurriedError: see ``open``.
            NotNativeError: every library here converts it.
            WrongResultError: a product is wrong.
            MemoryError: not even the smallest matrices could be allocated.
        """
        means = gemm.Means(self.open(precision), self.isa, self._yardstick(precision))
        return gemm.measure(precision, window, bench, means)

    def _refuse_hurried(self, precision: Precision) -> None:
        heavy = ", ".join(self.shelf.heavy(precision))
        if heavy and self.budget_s < HEAVY_S:
            raise TooHurriedError(
                f"{heavy} takes seconds to load: give a --budget that leaves the processors"
                f" {HEAVY_S:.0f} s or more"
            )

    def _yardstick(self, precision: Precision) -> Library | None:
        """Return who multiplies fp32, where ``precision`` could be converted to it."""
        if not needs_unit(precision):
            return None
        return next(iter(self.shelf.offering(Precision.FP32)), None)
