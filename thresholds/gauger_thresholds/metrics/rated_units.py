"""What a device is rated by its units, at the datasheet's clock and at the driver's maximum.

The two differ and the second is higher; both are for people to read beside the datasheet's rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gauger_probes.evidence.accelerator import Accelerator
from gauger_probes.evidence.common import Rating
from gauger_thresholds.catalogue.model import Architecture, Catalogue, Device
from gauger_thresholds.findings import Basis
from gauger_thresholds.metrics.unit_rating import UnitRating, by_units, rate


def unit_figures(
    accelerator: Accelerator, rows: Sequence[Device], catalogue: Catalogue
) -> tuple[Rating, ...]:
    """Return TPP by units: from each row's own units and clock, and from each driver's.

    The driver's are followed by each precision, in operations/s.
    """
    by_driver = by_units(accelerator, rows, catalogue)
    totals = (*_by_datasheet(rows, catalogue), *by_driver)
    return (*map(_tpp, totals), *(figure for item in by_driver for figure in _rates(item)))


def _by_datasheet(rows: Sequence[Device], catalogue: Catalogue) -> Iterator[UnitRating]:
    for row in rows:
        architecture = _architecture(row, catalogue)
        if architecture is None or row.units is None or row.boost_hz is None:
            continue
        if row.unit_kind == architecture.unit_kind:
            yield rate(f"catalogue:{row.id}", architecture, row.units, row.boost_hz, scaled=False)


def _architecture(row: Device, catalogue: Catalogue) -> Architecture | None:
    return next((item for item in catalogue.architectures if item.id == row.architecture), None)


def _tpp(item: UnitRating) -> Rating:
    tpp = item.tpp
    return Rating("tpp", None, "TPP", tpp, tpp, tpp, Basis.RATED.value, _source(item))


def _rates(item: UnitRating) -> Iterator[Rating]:
    for precision, value in item.rates.items():
        unit = "OP/s" if precision.startswith("int") else "FLOP/s"
        basis, source = Basis.RATED.value, _source(item)
        yield Rating("gemm", precision, unit, value, value, value, basis, source)


def _source(item: UnitRating) -> str:
    kind = item.architecture.unit_kind
    clock = f"{item.clock_hz / 1e6:.0f} MHz"
    return f"{item.source}: {item.units} {kind} × {clock} × catalogue:{item.architecture.id}"
