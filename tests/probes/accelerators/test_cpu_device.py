"""The processors as one accelerator for the machine."""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.accelerators.cpu_device import cpu_device
from gauger_probes.evidence.accelerator import Bus, Identity
from gauger_probes.host import cpu
from support.trees import captured


def test_two_packages_are_one_accelerator_with_all_their_cores() -> None:
    device = cpu_device(cpu.read(captured("a800-and-a100")))
    assert device is not None
    assert (device.id, device.bus, device.address) == ("cpu", Bus.CPU, "cpu")
    assert (device.bound, device.driver, device.parent, device.pci) == (True, None, None, None)
    assert device.identities == (
        Identity(
            source="procfs:cpuinfo",
            name="AMD EPYC 7763 64-Core Processor",
            vendor="AuthenticAMD",
            architecture="x86_64",
            units=128,
            unit_kind="core",
            max_clock_hz=3.529052e9,
        ),
    )


def test_unlike_processors_are_both_named() -> None:
    first, second = cpu.read(captured("a800-and-a100"))
    device = cpu_device((first, replace(second, model="Another", max_hz=4e9)))
    assert device is not None
    assert device.identities[0].name == "AMD EPYC 7763 64-Core Processor + Another"
    assert device.identities[0].max_clock_hz == 4e9


def test_cores_are_unknown_where_one_package_does_not_tell() -> None:
    first, second = cpu.read(captured("a800-and-a100"))
    device = cpu_device((first, replace(second, cores=None, model=None)))
    assert device is not None
    assert device.identities[0].units is None


def test_a_processor_without_a_name_or_clock_is_still_one() -> None:
    (guest,) = cpu.read(captured("vm-plain"))
    device = cpu_device((replace(guest, model=None, vendor=None),))
    assert device is not None
    identity = device.identities[0]
    assert (identity.name, identity.vendor, identity.max_clock_hz) == (None, None, None)
    assert identity.units == 4


def test_no_processors_are_no_accelerator() -> None:
    assert cpu_device(()) is None
