"""The accel subsystem: what has a node there computes, whatever its class or bus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gauger_probes.accelerators.accel_class import probe
from gauger_probes.accelerators.probe import probe as pci_probe
from gauger_probes.evidence.accelerator import Bus, Identity, PciId
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots
from gauger_probes.run.merge import accelerators_of
from support.privilege import open_folder, without_root
from support.trees import linked, planted

NPU = "0000:00:0b.0"
BEHIND = f"sys/devices/pci0000:00/{NPU}"
NUMBERS = {"vendor": "0x8086", "device": "0x7d1d", "class": "0x120000"}


def function(root: Path, address: str, driver: str, files: Mapping[str, str]) -> str:
    """Plant a PCI function that a driver is bound to and return its path."""
    path = f"sys/devices/pci0000:00/{address}"
    planted(root, {f"{path}/{name}": content for name, content in files.items()})
    links = {f"sys/bus/pci/devices/{address}": f"/{path}", f"{path}/driver": f"../{driver}"}
    linked(root, links)
    return path


def node(root: Path, name: str, device: str, folder: str = "accel") -> Roots:
    """Plant a node of a device, as a link from its class, and the link back."""
    (root / device / folder / name).mkdir(parents=True)
    return linked(
        root,
        {
            f"sys/class/{folder}/{name}": f"/{device}/{folder}/{name}",
            f"{device}/{folder}/{name}/device": "../..",
        },
    )


def probed(roots: Roots) -> Result:
    return probe(Context(roots))


def test_a_kernel_without_the_class_is_quiet(tmp_path: Path) -> None:
    result = probed(Roots(tmp_path, captured=True))
    assert (result.status, result.could_hide) == (Status.NOT_RUN, ())
    assert result.reason == "no accelerator class in this kernel"


def test_an_npu_says_its_clock_and_what_it_is_held_to(tmp_path: Path) -> None:
    files = {
        **NUMBERS,
        "freq/hw_max_freq": "1950",
        "freq/set_max_freq": "1000",
        "npu_max_frequency_mhz": "1400",
        "sched_mode": "HW",
    }
    device = function(tmp_path, NPU, "intel_vpu", files)
    result = probed(node(tmp_path, "accel0", device))
    (found,) = result.identified
    assert found.address == NPU
    assert found.identity == Identity(
        "intel_vpu", None, max_clock_hz=1.95e9, properties={"schedulingMode": "HW"}
    )
    assert found.limits == (Limit("clockCap", "intel_vpu", "at most 1000 MHz of 1950 MHz"),)


def test_an_older_driver_says_the_clock_under_its_older_name(tmp_path: Path) -> None:
    device = function(tmp_path, NPU, "intel_vpu", {**NUMBERS, "npu_max_frequency_mhz": "1400"})
    (found,) = probed(node(tmp_path, "accel0", device)).identified
    assert (found.identity.max_clock_hz, found.limits) == (1.4e9, ())


def test_an_amd_npu_says_its_name_and_its_firmware(tmp_path: Path) -> None:
    files = {"vbnv": "RyzenAI-npu5", "fw_version": "1.0.0.166", "device_type": "0"}
    device = function(tmp_path, "0000:c4:00.1", "amdxdna", files)
    (found,) = probed(node(tmp_path, "accel0", device)).identified
    assert found.identity == Identity(
        "amdxdna", "RyzenAI-npu5", firmware="1.0.0.166", properties={"deviceType": "0"}
    )


def test_a_gaudi_says_its_kind_and_its_power_cap(tmp_path: Path) -> None:
    device = function(tmp_path, "0000:19:00.0", "habanalabs", {})
    roots = node(tmp_path, "accel0", device)
    files = {"device_type": "GAUDI2", "max_power": "600000", "clk_max_freq_mhz": "1650"}
    planted(tmp_path, {f"{device}/accel/accel0/{name}": text for name, text in files.items()})
    (found,) = probed(roots).identified
    assert found.identity == Identity(
        "habanalabs",
        "GAUDI2",
        properties={"clockAllowedMHz": "1650", "powerCapW": 600.0},
    )


def test_the_older_class_of_gaudi_names_its_function_in_a_file(tmp_path: Path) -> None:
    function(tmp_path, "0000:19:00.0", "habanalabs", {"vendor": "0x1da3", "device": "0x1020"})
    files = {"pci_addr": "0000:19:00.0", "device_type": "GAUDI2", "armcp_ver": "1.2"}
    roots = planted(tmp_path, {f"sys/class/habanalabs/hl0/{k}": v for k, v in files.items()})
    planted(tmp_path, {"sys/class/habanalabs/hl_controlD0/pci_addr": "0000:1a:00.0"})
    result = probed(roots)
    assert (result.status, result.reason) == (Status.OK, None)
    assert [item.address for item in result.accelerators] == ["0000:19:00.0"]
    assert result.identified[0].identity == Identity("habanalabs", "GAUDI2", firmware="1.2")


def test_a_file_that_names_another_function_does_not_move_the_device(tmp_path: Path) -> None:
    device = function(tmp_path, "0000:19:00.0", "habanalabs", {"pci_addr": "0000:1a:00.0"})
    (found,) = probed(node(tmp_path, "accel0", device)).accelerators
    assert found.address == "0000:19:00.0"


def test_a_device_with_a_node_in_both_classes_is_one(tmp_path: Path) -> None:
    device = function(tmp_path, "0000:19:00.0", "habanalabs", {"device_type": "GAUDI2"})
    planted(tmp_path, {"sys/class/habanalabs/hl0/pci_addr": "0000:19:00.0"})
    result = probed(node(tmp_path, "accel0", device))
    assert (len(result.accelerators), len(result.identified)) == (1, 1)


@pytest.mark.parametrize(("class_", "listed"), [("0x120000", True), ("0x0d8000", False)])
def test_a_function_with_a_node_is_listed_once_whatever_its_class(
    tmp_path: Path, class_: str, listed: bool
) -> None:
    numbers = {"vendor": "0x1e52", "device": "0x401e", "class": class_, "revision": "0x01"}
    device = function(tmp_path, "0000:41:00.0", "qaic", {**numbers, "vbnv": "of another driver"})
    roots = node(tmp_path, "accel3", device)
    by_class = [item.id for item in pci_probe(Context(roots)).accelerators]
    assert ("0000:41:00.0" in by_class) is listed
    entries = accelerators_of([pci_probe(Context(roots)), probed(roots)])
    assert [item.id for item in entries] == ["0000:41:00.0"]
    assert entries[0].pci == PciId("1e52", "401e", None, None, class_[2:], "01")
    assert (entries[0].bus, entries[0].driver, entries[0].bound) == (Bus.PCI, "qaic", True)
    assert [item.source for item in entries[0].identities] == (["pci"] if listed else [])


def test_a_device_of_a_system_chip_is_named_by_its_device_tree(tmp_path: Path) -> None:
    device = "sys/devices/platform/soc/1a000000.npu"
    planted(tmp_path, {f"{device}/of_node/compatible": b"arm,ethos-u65\0arm,ethos-u\0"})
    linked(tmp_path, {f"{device}/driver": "../../../bus/platform/drivers/ethosu"})
    (found,) = probed(node(tmp_path, "accel0", device)).accelerators
    assert (found.id, found.bus, found.pci) == ("1a000000.npu", Bus.PLATFORM, None)
    assert (found.driver, found.bound) == ("ethosu", True)
    assert found.identities == (Identity("sysfs:platform", "arm,ethos-u65"),)


def test_a_device_that_stands_for_others_is_not_counted(tmp_path: Path) -> None:
    roots = node(tmp_path, "accel0", "sys/devices/platform/rknn")
    assert probed(roots) == Result()


def test_a_node_without_a_device_is_a_hole(tmp_path: Path) -> None:
    planted(tmp_path, {"sys/class/accel/accel0/dev": "261:0"})
    planted(tmp_path / "out", {"x": "y"})
    links = {"sys/class/accel/accel1/device": "device", "sys/class/accel/accel2/device": "/proc"}
    result = probed(linked(tmp_path, links))
    assert (result.accelerators, result.status) == ((), Status.PARTIAL)
    assert result.reason == "the device of accel0, accel1, accel2 cannot be told"
    assert result.could_hide == (Hidden.ACCELERATOR,)


def test_a_class_that_may_not_be_listed_hides_devices() -> None:
    with open_folder() as root:
        planted(root, {"sys/class/accel/accel0/dev": "261:0"})
        roots = planted(root, {"sys/class/habanalabs/hl0/pci_addr": "0000:19:00.0"})
        (root / "sys/class/accel").chmod(0)
        with without_root():
            result = probed(roots)
        (root / "sys/class/accel").chmod(0o755)
    assert (result.status, result.could_hide) == (Status.DENIED, (Hidden.ACCELERATOR,))
    assert [item.address for item in result.accelerators] == ["0000:19:00.0"]


def test_a_function_that_the_bus_does_not_list_is_no_pci_entry(tmp_path: Path) -> None:
    files = {"pci_addr": "0000:99:00.0", "device_type": "GAUDI2"}
    roots = planted(tmp_path, {f"sys/class/habanalabs/hl0/{k}": v for k, v in files.items()})
    (found,) = probed(roots).accelerators
    assert (found.id, found.bus, found.pci) == ("0000:99:00.0", Bus.PLATFORM, None)
