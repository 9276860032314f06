"""The accelerators probe as a whole, over captured trees and over the running machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators.probe import probe
from gauger_probes.evidence.accelerator import Accelerator, Bus
from gauger_probes.evidence.codec import from_json, to_json
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context
from gauger_probes.roots import Roots
from support.trees import captured, copied, planted

LIVE_BUS = Path("/sys/bus/pci/devices")
CPU = {"proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nflags : lm"}


@pytest.mark.parametrize(
    ("machine", "ids"),
    [
        ("a800-and-a100", ["0000:07:00.0", "0000:0f:00.0", "0000:c5:00.0", "cpu"]),
        ("laptop-raptor-lake", ["0000:00:02.0", "cpu"]),
        ("vm-plain", ["0000:00:02.0", "cpu"]),
    ],
)
def test_a_captured_machine_is_listed_whole(machine: str, ids: list[str]) -> None:
    result = probe(Context(captured(machine)))
    assert [item.id for item in result.accelerators] == ids
    assert (result.status, result.reason, result.parts) == (Status.OK, None, ())
    for item in result.accelerators:
        assert from_json(Accelerator, to_json(item)) == item


@pytest.mark.parametrize("machine", ["a800-and-a100", "laptop-raptor-lake", "vm-plain"])
def test_a_bare_sys_tree_lists_the_same_devices(tmp_path: Path, machine: str) -> None:
    whole = probe(Context(captured(machine)))
    bare = probe(Context(copied(machine, tmp_path, "sys")))
    assert bare.accelerators[:-1] == whole.accelerators[:-1]
    assert (bare.accelerators[-1].id, bare.status, bare.parts) == ("cpu", Status.OK, ())


def test_a_machine_without_a_pci_bus_is_sound(tmp_path: Path) -> None:
    result = probe(Context(planted(tmp_path, {**CPU, "sys/class/net/lo/type": "772"})))
    assert (result.status, result.reason) == (Status.OK, "no PCI bus")
    assert [item.bus for item in result.accelerators] == [Bus.CPU]


def test_without_sysfs_an_accelerator_could_hide(tmp_path: Path) -> None:
    result = probe(Context(planted(tmp_path, CPU)))
    assert (result.status, result.could_hide) == (Status.UNAVAILABLE, (Hidden.ACCELERATOR,))
    assert [item.id for item in result.accelerators] == ["cpu"]


def test_an_empty_sysfs_is_no_sysfs(tmp_path: Path) -> None:
    (tmp_path / "sys").mkdir()
    assert probe(Context(Roots(tmp_path, captured=True))).status is Status.UNAVAILABLE


def test_without_a_processor_its_arithmetic_could_hide(tmp_path: Path) -> None:
    (part,) = probe(Context(planted(tmp_path, {"sys/class/net/lo/type": "772"}))).parts
    assert (part.name, part.status) == ("accelerators.cpu", Status.PARTIAL)
    assert part.could_hide == (Hidden.ACCELERATOR,)


def test_the_running_machines_pci_functions_are_those_that_the_kernel_classes_so() -> None:
    expected = set()
    for function in LIVE_BUS.glob("*"):
        number = (function / "class").read_text().strip().removeprefix("0x")
        is_processing = number.startswith("12") and not number.startswith("1201")
        if number.startswith(("03", "0b40")) or is_processing:
            expected.add(function.name)
    listed = probe(Context(Roots())).accelerators
    by_class = {
        item.id
        for item in listed
        if item.pci is not None and (item.pci.class_ or "").startswith(("03", "12", "0b40"))
    }
    assert by_class == expected
    assert [item.id for item in listed if item.bus is Bus.CPU] == ["cpu"]


@pytest.mark.skipif(not LIVE_BUS.is_dir(), reason="this machine has no PCI bus")
def test_every_real_function_is_found_once_its_class_says_that_it_computes(tmp_path: Path) -> None:
    real = {
        function.name: [(function / name).read_text().strip() for name in ("vendor", "device")]
        for function in LIVE_BUS.iterdir()
    }
    for address, (vendor, device) in real.items():
        path = f"sys/bus/pci/devices/{address}"
        roots = planted(
            tmp_path,
            {f"{path}/vendor": vendor, f"{path}/device": device, f"{path}/class": "0x030200"},
        )
    listed = {
        item.id: [f"0x{item.pci.vendor}", f"0x{item.pci.device}"]
        for item in probe(Context(roots)).accelerators
        if item.pci is not None
    }
    assert listed == real
