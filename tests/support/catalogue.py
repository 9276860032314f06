"""Devices, processors and figures for tests of the catalogue."""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.evidence.accelerator import Accelerator, Bus, PciId
from gauger_probes.evidence.host import Processor
from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Device
from gauger_thresholds.interval import Interval, highest

#: Bits of the inputs to the multiply (3A090 Technical Notes); TF32 is not counted.
BITS = {"fp64": 64, "fp32": 32, "fp16": 16, "fp8": 8, "int8": 8, "fp6": 6, "fp4": 4, "int4": 4}


def pci(text: str) -> Accelerator:
    """Return the PCI device ``10de:2235``, or with its subsystem, ``10de:25b6:10de:157e``.

    A revision follows an at sign: ``1002:744c@c8``; ``a1`` otherwise.
    """
    numbers, _, revision = text.partition("@")
    ids = [*numbers.split(":"), None, None]
    number = PciId(ids[0], ids[1], ids[2], ids[3], "030200", revision or "a1")
    return Accelerator("pci-0", Bus.PCI, "0000:01:00.0", number, None, True, None)


def row(text: str) -> Device:
    """Return the one row of the built-in catalogue that fits these ids."""
    (device,) = devices_for(built_in(), pci(text))
    return device


def tpp(device: Device) -> Interval:
    """Return TPP = max over precisions of tera-operations/s × bits, as the digits allow."""
    return highest(
        figure.interval.scale(BITS[precision] / 1e12)
        for precision, figure in device.rates.items()
        if precision in BITS
    )


def density(device: Device) -> Interval:
    """Return TPP over die area, in TPP/mm²."""
    assert device.die_area is not None
    return tpp(device).divide(device.die_area.interval)


def processor(**changes: object) -> Processor:
    """Return a bare x86 processor with ``changes`` made to it."""
    plain = Processor(
        package=0,
        architecture="x86_64",
        vendor="GenuineIntel",
        model=None,
        family=6,
        model_number=None,
        stepping=1,
        implementer=None,
        part=None,
        cores=None,
        threads=1,
        base_hz=None,
        max_hz=None,
        max_hz_source=None,
        microcode=None,
        isa=(),
        source="procfs:cpuinfo",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
