"""A device that several probes list is one entry; what is not the same device stays apart."""

from __future__ import annotations

from dataclasses import replace

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_probes.evidence.common import Limit
from gauger_probes.result import Identified, Result
from gauger_probes.run.merge import accelerators_of

BARE = Accelerator(
    id="0000:41:00.0",
    bus=Bus.PCI,
    address="0000:41:00.0",
    pci=None,
    driver=None,
    bound=False,
    parent=None,
)
TOLD = replace(
    BARE,
    pci=PciId("1e52", "401e", None, None, "120000", "01"),
    driver="tenstorrent",
    bound=True,
    parent="0000:40:00.0",
    identities=(Identity("pci", "Wormhole"),),
    limits=(Limit("powerCap", "x", "1 W"),),
)


def listed(*entries: Accelerator) -> tuple[Accelerator, ...]:
    return accelerators_of([Result(accelerators=(entry,)) for entry in entries])


def test_whichever_probe_is_first_the_entry_says_all() -> None:
    assert listed(BARE, TOLD) == listed(TOLD, BARE) == (TOLD,)


def test_what_two_probes_say_alike_is_said_once_and_what_they_say_apart_is_kept() -> None:
    other = replace(TOLD, identities=(Identity("pci", "Wormhole"), Identity("accel", "n300")))
    (entry,) = listed(TOLD, other)
    assert [item.source for item in entry.identities] == ["pci", "accel"]
    assert entry.limits == TOLD.limits


def test_a_device_that_takes_the_name_of_another_hides_neither() -> None:
    impostor = replace(BARE, bus=Bus.PLATFORM, identities=(Identity("sysfs:platform", "cpu"),))
    entries = listed(TOLD, impostor, impostor)
    assert [(item.id, item.bus) for item in entries] == [
        ("0000:41:00.0", Bus.PCI),
        ("platform/0000:41:00.0", Bus.PLATFORM),
    ]
    assert entries[0] == TOLD


def test_what_a_driver_says_goes_to_the_device_that_was_listed_first() -> None:
    impostor = replace(BARE, bus=Bus.PLATFORM)
    said = Identified(BARE.address, Identity("kfd", None))
    first, second = accelerators_of(
        [Result(accelerators=(TOLD, impostor)), Result(identified=(said,))]
    )
    assert [item.source for item in first.identities] == ["pci", "kfd"]
    assert second.identities == ()
