"""Checks the rows of devices: keys that go together, and figures that could be true.

Where a row states units, clock and architecture, its rates must follow from them: a digit that
slipped, a rate with sparsity or a wrong clock shows there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gauger_thresholds.catalogue.bits import BITS
from gauger_thresholds.catalogue.model import Architecture, Device, Kind

#: TPP beyond any device of the next years; a rate in giga-operations written as tera exceeds it.
_MAX_TPP = 1e6
#: Largest area in mm²: several reticles of 858 mm².
_MAX_DIE = 5000
_CLOCKS = (0.2e9, 8e9)
#: Smallest and largest memory in bytes: 128 MiB to 4 TiB.
_MEMORY = (2**27, 2**42)
#: How far a printed rate may lie from units × clock × operations per clock: makers round clocks.
_TOLERANCE = 0.05
#: Bits × operations per clock that one unit of a kind does, to within a factor of ten.
_UNIT_BITS = {"sm": 32768, "cu": 16384, "xeCore": 65536, "xve": 4096, "eu": 512, "mme": 2**21}
_SILENT = frozenset({Kind.DISPLAY, Kind.PARAVIRTUAL, Kind.SUPPORT})
_TERA = 1e12


def device_problems(device: Device, known: Mapping[str, Architecture]) -> Iterator[str]:
    """Yield what is wrong with ``device``; ``known`` holds the architectures by id."""
    yield from _complete(device)
    yield from _rated(device)
    yield from _summed(device)
    yield from _believable(device)
    if device.architecture is None:
        yield from _roughly(device)
    elif device.architecture in known:
        yield from _follows(device, known[device.architecture])
    else:
        yield f"architecture {device.architecture!r} is not in architectures.toml: add it"


def _complete(device: Device) -> Iterator[str]:
    if (device.segment is None) != (device.segment_source is None):
        yield "segment and segmentSource go together: state both or neither"
    if (device.units is None) != (device.unit_kind is None):
        yield "units and unitKind go together: state both or neither"
    if not device.patterns and not device.drivers and not device.note:
        yield "it has no ids: add pci, usb or drivers, or say why in the note"
    if device.units is not None and device.units % device.functions:
        yield f"{device.units} units cannot be spread over {device.functions} functions"
    if not all(any(letter.isalnum() for letter in name) for name in device.called):
        yield "a name in called has no letter: remove it"


def _rated(device: Device) -> Iterator[str]:
    stated = bool(device.rates) or device.tpp_bound is not None
    if device.kind in _SILENT and stated:
        yield f"a device of kind {device.kind.value} computes nothing: remove its rates and bound"
    if device.rates and device.tpp_bound is not None:
        yield "it states rates and tppBound: keep the rates, and their range if they are disputed"
    if device.kind not in _SILENT and not stated and not device.note:
        yield "it states neither rates nor tppBound: say in the note why not"
    if device.tpp_bound is not None and not device.note:
        yield "a bound must show its reckoning: add it as the note"


def _summed(device: Device) -> Iterator[str]:
    for precision, wide in device.wide_rates.items():
        rate = device.rates.get(precision)
        if rate is None:
            yield f"wide states {precision} and rates does not: add the higher one to rates"
        elif rate.accumulate == "fp32" or wide.interval.high >= rate.interval.high:
            yield f"wide {precision} is for a lower rate with FP32 accumulation: remove it"


def _believable(device: Device) -> Iterator[str]:
    tpp = _tpp(device)
    if tpp > _MAX_TPP:
        yield f"its TPP of {tpp:,.0f} is not believable: rates are in tera-operations per second"
    if device.die_area is not None and device.die_area.interval.high > _MAX_DIE:
        yield f"a die of {device.die_area.printed} mm² is not believable: state all dies in mm²"
    if device.boost_hz is not None and not _CLOCKS[0] <= device.boost_hz <= _CLOCKS[1]:
        yield f"a clock of {device.boost_hz / 1e9:,.3g} GHz is not believable: boostMHz is in MHz"
    for size in device.memory_bytes:
        if not _MEMORY[0] <= size <= _MEMORY[1]:
            yield f"a memory of {size / 2**30:,.3g} GB is not believable: memoryGB is in GB"


def _roughly(device: Device) -> Iterator[str]:
    if device.units is None or device.boost_hz is None or device.unit_kind not in _UNIT_BITS:
        return
    expected = device.units * device.boost_hz * _UNIT_BITS[device.unit_kind] / _TERA
    tpp = _tpp(device)
    if device.rates and not expected / 10 <= tpp <= expected * 10:
        yield (
            f"its TPP of {tpp:,.0f} is far from the {expected:,.0f} that {device.units} "
            f"{device.unit_kind} at its clock suggest: check rates, units and boostMHz"
        )


def _follows(device: Device, architecture: Architecture) -> Iterator[str]:
    if device.unit_kind not in {None, architecture.unit_kind}:
        yield f"its units are {device.unit_kind}, {architecture.id} counts {architecture.unit_kind}"
        return
    if device.units is None or device.boost_hz is None or not device.rates:
        return
    each = max(count * BITS.get(name, 0) for name, count in architecture.per_clock.items())
    expected = device.units * device.boost_hz * each / _TERA
    low, high = _span(device)
    if device.fused is not None:
        if expected <= high * (1 + _TOLERANCE):
            yield "fused says that units × clock overstates it, which it does not: remove fused"
    elif not low * (1 - _TOLERANCE) <= expected <= high * (1 + _TOLERANCE):
        yield (
            f"its TPP of {low:,.0f} to {high:,.0f} is not the {expected:,.0f} that {device.units} "
            f"{device.unit_kind} × clock × {architecture.id} give: check them, or add fused"
        )


def _span(device: Device) -> tuple[float, float]:
    counted = [
        (figure.interval.low * BITS[name] / _TERA, figure.interval.high * BITS[name] / _TERA)
        for name, figure in device.rates.items()
        if name in BITS
    ]
    return max(low for low, _ in counted), max(high for _, high in counted)


def _tpp(device: Device) -> float:
    counted = [
        figure.interval.high * BITS[name] for name, figure in device.rates.items() if name in BITS
    ]
    bound = device.tpp_bound.interval.high * _TERA if device.tpp_bound else 0.0
    return max([*counted, bound]) / _TERA
