"""The fingerprint: the same for the same hardware, another for other hardware."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_agent.fingerprint import Component, Kind, component, component_digest, fingerprint
from gauger_agent.manifest.statement import subject_digest
from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.codec import to_json
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import Nameplate, Tpm
from support.evidence import sample_camera, sample_evidence, sample_gpu, sample_host


def _with(**changes: Any) -> Evidence:
    return dataclasses.replace(sample_evidence(), **changes)


def _host(**changes: Any) -> Evidence:
    return _with(host=dataclasses.replace(sample_host(), **changes))


def _gpu(**changes: Any) -> Accelerator:
    return dataclasses.replace(sample_gpu(), **changes)


def _kinds(evidence: Evidence) -> list[Kind]:
    return [part.kind for part in fingerprint(evidence).components]


def test_the_sample_machine_has_one_component_of_each_kind_that_it_has() -> None:
    assert _kinds(sample_evidence()) == [kind for kind in Kind if kind is not Kind.CAMERA]


def test_the_roll_up_is_the_digest_of_the_components_as_they_are_written() -> None:
    whole = fingerprint(sample_evidence())
    assert whole.rollup == subject_digest(to_json(whole.components))
    for part in whole.components:
        assert part.digest == component_digest(part.kind, part.identifiers)


SAME = {
    "another driver": _with(accelerators=(_gpu(driver="nouveau", bound=False),)),
    "no measurement": _with(accelerators=(_gpu(measurements=()),)),
    "a power cap": _with(accelerators=(_gpu(limits=(Limit("power", "nvml", "300 W"),)),)),
    "another kernel name for a disk": _host(
        disks=(dataclasses.replace(sample_host().disks[0], name="nvme1n1", firmware="9"),)
    ),
    "a stick in a port": _host(
        disks=(*sample_host().disks, dataclasses.replace(sample_host().disks[0], removable=True))
    ),
    "another clock and microcode": _host(
        processors=(
            dataclasses.replace(sample_host().processors[0], max_hz=1e9, microcode="1", threads=2),
        )
    ),
    "a BIOS update": _host(bios=dataclasses.replace(sample_host().bios, version="9")),
    "a slice of the accelerator": _with(
        accelerators=(sample_gpu(), _gpu(id="mig-0", parent=sample_gpu().id))
    ),
    "the CPU listed as an accelerator": _with(
        accelerators=(sample_gpu(), _gpu(bus=Bus.CPU, pci=None, address="cpu0"))
    ),
    "a probe that failed": _with(coverage=()),
}


@pytest.mark.parametrize("evidence", SAME.values(), ids=SAME.keys())
def test_what_is_not_hardware_changes_nothing(evidence: Evidence) -> None:
    assert fingerprint(evidence) == fingerprint(sample_evidence())


OTHER = {
    "another accelerator": _with(accelerators=(sample_gpu(serial="1564321099999"),)),
    "a second accelerator": _with(accelerators=(sample_gpu(), sample_gpu("0000:ca:00.0"))),
    "the accelerator in another slot": _with(accelerators=(sample_gpu("0000:ca:00.0"),)),
    "no accelerator": _with(accelerators=()),
    "a camera": _with(cameras=(sample_camera(),)),
    "another board": _host(board=Nameplate("Supermicro", "X12DPG", "1.01", "OTHER")),
    "no TPM": _host(tpm=Tpm(False)),
    "no disk": _host(disks=()),
    "no host": _with(host=None),
}


@pytest.mark.parametrize("evidence", OTHER.values(), ids=OTHER.keys())
def test_other_hardware_has_another_roll_up(evidence: Evidence) -> None:
    assert fingerprint(evidence).rollup != fingerprint(sample_evidence()).rollup


def test_equal_parts_are_counted_and_not_merged() -> None:
    module = sample_host().memory.modules[0]
    memory = dataclasses.replace(sample_host().memory, modules=(module,) * 3)
    assert _kinds(_host(memory=memory)).count(Kind.MEMORY) == 3


@given(st.permutations(range(4)))
def test_the_order_in_which_parts_were_found_changes_nothing(order: list[int]) -> None:
    gpus = [sample_gpu(f"0000:{bus}:00.0", f"15{bus}") for bus in (10, 20, 30, 40)]
    shuffled = tuple(gpus[at] for at in order)
    assert fingerprint(_with(accelerators=shuffled)) == fingerprint(_with(accelerators=tuple(gpus)))


def test_sources_that_disagree_about_a_serial_are_both_kept_in_a_fixed_order() -> None:
    sources = (Identity("nvml", None, serial="B"), Identity("vpd", None, serial="A"))
    stated = [
        fingerprint(_with(host=None, accelerators=(_gpu(identities=identities),))).components[0]
        for identities in (sources, sources[::-1])
    ]
    assert stated[0] == stated[1]
    assert stated[0].identifiers["serial"] == "A | B"


def test_what_could_not_be_read_is_left_out_and_not_written_as_null() -> None:
    part = component(Kind.DISK, {"model": "M", "serial": None, "wwid": "", "sizeBytes": 0})
    assert part.identifiers == {"model": "M", "sizeBytes": "0"}


def test_a_board_that_says_nothing_is_no_component() -> None:
    assert Kind.BOARD not in _kinds(_host(board=Nameplate(source="dmi")))


def test_a_platform_device_is_told_by_its_name_and_a_camera_by_its_usb_ids() -> None:
    def only(evidence: Evidence) -> Component:
        return fingerprint(evidence).components[0]

    npu = _gpu(bus=Bus.PLATFORM, pci=None, identities=(Identity("sysfs:of", "rknpu"),))
    bare = _with(host=None, accelerators=(npu,))
    assert only(bare).identifiers["name"] == "rknpu"
    usb = _with(host=None, accelerators=(), cameras=(sample_camera(),))
    assert only(usb).identifiers == {
        "bus": "usb",
        "address": "1-2",
        "serial": "SN0042",
        "vendor": "046d",
        "product": "0825",
    }
    made_up = dataclasses.replace(sample_camera(), usb=None, virtual=True, name="vivid")
    virtual = _with(host=None, accelerators=(), cameras=(made_up,))
    assert only(virtual).identifiers["virtual"] == "true"
    assert only(virtual).identifiers["name"] == "vivid"
