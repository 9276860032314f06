"""What a device does by its units: units × clock × operations per clock of its architecture.

The second way to a rate, beside the datasheet's. Units and the maximum clock are what a driver
states, operations per clock are the catalogue's. A driver's maximum clock lies above the
datasheet's, so this rate does too; it is an upper figure where the maker limits a product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gauger_probes.evidence.accelerator import Accelerator, Identity
from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.catalogue.match import architecture_for
from gauger_thresholds.catalogue.model import Architecture, Catalogue, Device

_TERA = 1e12


@dataclass(frozen=True, slots=True)
class UnitRating:
    """One device by its units: ``rates`` are dense operations/s by precision.

    ``source`` is who stated units and clock; ``clock_hz`` the maximum clock that it stated.
    """

    source: str
    architecture: Architecture
    units: int
    clock_hz: float
    rates: dict[str, float]

    @property
    def tpp(self) -> float:
        """Total processing performance (tera-operations/s × bits, the highest over precisions)."""
        return max((rate * BITS[name] / _TERA for name, rate in self.rates.items()), default=0.0)

    @property
    def detail(self) -> str:
        """The reckoning in one line."""
        return (
            f"{self.units} {self.architecture.unit_kind} × {self.clock_hz / 1e9:.4g} GHz × "
            f"{self.architecture.name} operations per clock, by {self.source}: TPP {self.tpp:,.0f}"
        )


def by_units(
    accelerator: Accelerator, rows: Sequence[Device], catalogue: Catalogue
) -> tuple[UnitRating, ...]:
    """Return one rating for each source that states units, clock and architecture.

    ``rows`` are the catalogue's for the device; they tell apart what one target stands for.
    """
    return tuple(_ratings(accelerator, rows, catalogue))


def _ratings(
    accelerator: Accelerator, rows: Sequence[Device], catalogue: Catalogue
) -> Iterator[UnitRating]:
    for identity in accelerator.identities:
        architecture = architecture_stated(identity, rows, catalogue)
        if architecture is None or identity.max_clock_hz is None:
            continue
        units = units_of(identity, architecture)
        if units is not None:
            yield rate(identity.source, architecture, units, identity.max_clock_hz, scaled=True)


def architecture_stated(
    identity: Identity, rows: Sequence[Device], catalogue: Catalogue
) -> Architecture | None:
    """Return the architecture that ``identity`` states.

    Several go by one target (``sm_75`` is Turing with and without tensor units): that of ``rows``
    is taken where the driver's words fit it.
    """
    expected = {row.architecture for row in rows}
    fitting = [item for item in catalogue.architectures if _fits(item, identity)]
    known = [item for item in fitting if item.id in expected]
    return known[0] if len(known) == 1 else architecture_for(catalogue, identity)


def _fits(architecture: Architecture, identity: Identity) -> bool:
    if identity.target is not None and architecture.targets:
        return identity.target in architecture.targets
    return identity.architecture in architecture.driver_names


def rate(
    source: str, architecture: Architecture, units: int, clock_hz: float, *, scaled: bool
) -> UnitRating:
    """Return the rating of ``units`` at ``clock_hz``.

    ``scaled``: the clock is the device's maximum, below which its matrix units run.
    """
    clock = clock_hz * (architecture.clock_scale if scaled else 1.0)
    rates = {
        name: count * units * clock
        for name, count in architecture.per_clock.items()
        if name in BITS
    }
    return UnitRating(source, architecture, units, clock, rates)


def units_of(identity: Identity, architecture: Architecture) -> int | None:
    """Return the architecture's units that ``identity`` states, ``None`` where it states none."""
    if identity.units is None:
        return None
    if identity.unit_kind == architecture.unit_kind:
        return identity.units
    if identity.unit_kind == architecture.part_kind and architecture.parts_per_unit:
        return identity.units // architecture.parts_per_unit
    return None
