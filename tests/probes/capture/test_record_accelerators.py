"""A capture holds what the accelerator probes read: over it each gives the same answer again."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators import accel_class, amdgpu, intel_gpu, kfd, platform, usb
from gauger_probes.capture.recording import RecordingRoots, save
from gauger_probes.result import Context, Options
from gauger_probes.roots import Roots
from support.kfd_tree import PARTITION, link, node
from support.trees import linked, planted

PROBES = {
    "kfd": kfd.probe,
    "amdgpu": amdgpu.probe,
    "intel": intel_gpu.probe,
    "accel": accel_class.probe,
    "usb": usb.probe,
    "platform": platform.probe,
}
PCI = "sys/devices/pci0000:00"
FILES: dict[str, str | bytes] = {
    f"{PCI}/0000:c1:00.0/current_compute_partition": "CPX",
    f"{PCI}/0000:c1:00.0/hwmon/hwmon1/power1_cap": "750000000",
    f"{PCI}/0000:03:00.0/tile0/gt0/freq0/rp0_freq": "2400",
    f"{PCI}/0000:00:0b.0/freq/hw_max_freq": "1950",
    f"{PCI}/0000:00:0b.0/accel/accel0/dev": "261:0",
    f"{PCI}/0000:00:14.0/usb1/1-1/idVendor": "18d1",
    f"{PCI}/0000:00:14.0/usb1/1-1/idProduct": "9302",
    "sys/devices/platform/soc/fb0.gpu/drm/renderD130/dev": "226:130",
    "sys/firmware/devicetree/base/gpu/compatible": b"arm,mali\0",
    "sys/devices/platform/soc/fd0.npu/uevent": "",
    "sys/bus/platform/drivers/RKNPU/bind": "",
}
LINKS = {
    "sys/bus/pci/devices/0000:c1:00.0": f"/{PCI}/0000:c1:00.0",
    f"{PCI}/0000:c1:00.0/driver": "/sys/bus/pci/drivers/amdgpu",
    "sys/bus/pci/devices/0000:03:00.0": f"/{PCI}/0000:03:00.0",
    f"{PCI}/0000:03:00.0/driver": "/sys/bus/pci/drivers/xe",
    "sys/bus/pci/devices/0000:00:0b.0": f"/{PCI}/0000:00:0b.0",
    f"{PCI}/0000:00:0b.0/driver": "/sys/bus/pci/drivers/intel_vpu",
    f"{PCI}/0000:00:0b.0/accel/accel0/device": "../..",
    "sys/class/accel/accel0": f"/{PCI}/0000:00:0b.0/accel/accel0",
    "sys/bus/usb/devices/1-1": f"/{PCI}/0000:00:14.0/usb1/1-1",
    "sys/devices/platform/soc/fb0.gpu/drm/renderD130/device": "../..",
    "sys/devices/platform/soc/fb0.gpu/of_node": "/sys/firmware/devicetree/base/gpu",
    "sys/class/drm/renderD130": "/sys/devices/platform/soc/fb0.gpu/drm/renderD130",
    "sys/bus/platform/drivers/RKNPU/fd0.npu": "/sys/devices/platform/soc/fd0.npu",
    "sys/devices/platform/soc/fd0.npu/driver": "/sys/bus/platform/drivers/RKNPU",
}


_OPTIONS = Options(known_usb=("1a6e:089a", "18d1:9302"))


@pytest.mark.parametrize("name", PROBES)
def test_a_capture_gives_the_answer_of_the_machine(tmp_path: Path, name: str) -> None:
    machine = tmp_path / "machine"
    planted(machine, FILES)
    linked(machine, LINKS)
    node(machine, 1, PARTITION, memory=1 << 30)
    link(machine, 1, 0, to=0)
    recording = RecordingRoots(machine)
    first = PROBES[name](Context(recording, _OPTIONS))
    assert first.identified or first.accelerators
    save(recording, tmp_path / "capture")
    again = PROBES[name](Context(Roots(tmp_path / "capture", captured=True), _OPTIONS))
    assert again == first
