"""GPUs and NPUs of a system chip: found by what their drivers made, each once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators.accel_class import probe as accel_probe
from gauger_probes.accelerators.platform import probe
from gauger_probes.accelerators.platform_list import drivers, is_pseudo
from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Context, Result
from gauger_probes.roots import Roots
from gauger_probes.run.merge import accelerators_of
from support.privilege import open_folder, without_root
from support.trees import captured, linked, planted

DRIVERS = "sys/bus/platform/drivers"
MALI = "sys/devices/platform/fb000000.gpu"


def device(root: Path, path: str, driver: str | None, compatible: bytes | None = None) -> Roots:
    """Plant a platform device, and the links between it and its driver."""
    (root / path).mkdir(parents=True)
    if compatible is not None:
        planted(root, {f"{path}/of_node/compatible": compatible})
    if driver is not None:
        name = path.rpartition("/")[2]
        planted(root, {f"{DRIVERS}/{driver}/bind": ""})
        linked(root, {f"{path}/driver": f"/{DRIVERS}/{driver}"})
        linked(root, {f"{DRIVERS}/{driver}/{name}": f"/{path}"})
    return Roots(root, captured=True)


def node(root: Path, name: str, path: str, folder: str = "drm") -> Roots:
    planted(root, {f"{path}/{folder}/{name}/dev": "226:128"})
    return linked(
        root,
        {
            f"{path}/{folder}/{name}/device": "../..",
            f"sys/class/{folder}/{name}": f"/{path}/{folder}/{name}",
        },
    )


def probed(roots: Roots) -> Result:
    return probe(Context(roots))


def test_a_machine_without_graphics_and_platform_bus_is_quiet(tmp_path: Path) -> None:
    result = probed(Roots(tmp_path, captured=True))
    assert (result.status, result.reason) == (Status.NOT_RUN, "no platform bus and no graphics")


def test_a_gpu_with_a_render_node_is_named_by_its_device_tree(tmp_path: Path) -> None:
    device(tmp_path, MALI, "panthor", b"rockchip,rk3588-mali\0arm,mali-valhall-csf\0")
    node(tmp_path, "card1", MALI)
    (found,) = probed(node(tmp_path, "renderD128", MALI)).accelerators
    assert found == Accelerator(
        id="fb000000.gpu",
        bus=Bus.PLATFORM,
        address="fb000000.gpu",
        pci=None,
        driver="panthor",
        bound=True,
        parent=None,
        identities=(Identity("sysfs:platform", "rockchip,rk3588-mali"),),
    )


def test_a_display_controller_makes_no_render_node_and_is_none(tmp_path: Path) -> None:
    path = "sys/devices/platform/display-subsystem"
    device(tmp_path, path, "rockchip-drm")
    assert probed(node(tmp_path, "card0", path)) == Result()


def test_an_npu_is_found_by_its_driver_without_any_node(tmp_path: Path) -> None:
    path = "sys/devices/platform/fdab0000.npu"
    roots = device(tmp_path, path, "RKNPU", b"rockchip,rk3588-rknpu\0")
    linked(tmp_path, {f"{DRIVERS}/RKNPU/module": "/sys/devices/platform/module"})
    (found,) = probed(roots).accelerators
    assert (found.id, found.driver) == ("fdab0000.npu", "RKNPU")
    assert found.identities == (Identity("sysfs:platform", "rockchip,rk3588-rknpu"),)


@pytest.mark.parametrize("driver", ["RKNPU", "rocket", "gk20a", "nvdla"])
def test_the_list_names_the_drivers_that_make_no_node(driver: str) -> None:
    assert driver in drivers()


@pytest.mark.parametrize(
    ("name", "pseudo"),
    [
        ("vgem", True),
        ("vkms.0", True),
        ("amdgpu_xcp_3", True),
        ("amdgpu_xcp.12", True),
        ("rknn", True),
        ("amdgpu_xcp", False),
        ("vgem0.gpu", False),
        ("rknn-gpu", False),
    ],
)
def test_devices_that_are_no_hardware_are_told_by_their_whole_name(name: str, pseudo: bool) -> None:
    assert is_pseudo(name) is pseudo


def test_a_partition_of_a_gpu_on_pci_is_no_device_of_the_platform(tmp_path: Path) -> None:
    roots = node(tmp_path, "renderD129", "sys/devices/platform/amdgpu_xcp_0")
    assert probed(roots) == Result()


def test_an_npu_that_two_probes_find_is_one_entry(tmp_path: Path) -> None:
    path = "sys/devices/platform/fdab0000.npu"
    device(tmp_path, path, "rocket", b"rockchip,rk3588-rknn-core\0")
    roots = node(tmp_path, "accel0", path, "accel")
    results = [accel_probe(Context(roots)), probed(roots)]
    assert [len(item.accelerators) for item in results] == [1, 1]
    (found,) = accelerators_of(results)
    assert [item.source for item in found.identities] == ["sysfs:platform"]


def test_a_gpu_behind_virtio_belongs_to_its_pci_function(tmp_path: Path) -> None:
    function = "sys/devices/pci0000:00/0000:00:02.0"
    planted(tmp_path, {f"{function}/vendor": "0x1af4", f"{function}/device": "0x1050"})
    linked(
        tmp_path,
        {
            "sys/bus/pci/devices/0000:00:02.0": f"/{function}",
            f"{function}/driver": "../virtio-pci",
            f"{function}/virtio0/driver": "../virtio_gpu",
        },
    )
    (found,) = probed(node(tmp_path, "renderD128", f"{function}/virtio0")).accelerators
    assert (found.id, found.bus, found.driver) == ("0000:00:02.0", Bus.PCI, "virtio-pci")
    assert found.pci is not None
    assert (found.pci.vendor, found.pci.device) == ("1af4", "1050")


def test_a_gpu_of_a_machine_without_pci_is_of_the_platform(tmp_path: Path) -> None:
    path = "sys/devices/platform/a003e00.virtio_mmio/virtio1"
    linked(tmp_path, {f"{path}/driver": "/sys/bus/virtio/drivers/virtio_gpu"})
    (found,) = probed(node(tmp_path, "renderD128", path)).accelerators
    assert (found.id, found.bus, found.driver) == ("virtio1", Bus.PLATFORM, "virtio_gpu")
    assert found.identities == (Identity("sysfs:platform", None),)


def test_a_node_whose_device_cannot_be_told_is_a_hole_and_the_others_count(
    tmp_path: Path,
) -> None:
    device(tmp_path, MALI, "panfrost")
    node(tmp_path, "renderD128", MALI)
    roots = linked(
        tmp_path,
        {
            "sys/class/drm/renderD129": "renderD129",
            "sys/class/drm/renderD130": "/proc/self",
            "sys/class/drm/renderD131/device": str(tmp_path.parent),
        },
    )
    result = probed(roots)
    assert [item.id for item in result.accelerators] == ["fb000000.gpu"]
    assert (result.status, result.could_hide) == (Status.PARTIAL, (Hidden.ACCELERATOR,))
    assert result.reason == "the device of renderD129, renderD130, renderD131 cannot be told"


def test_what_is_no_link_to_a_device_names_none(tmp_path: Path) -> None:
    (tmp_path / MALI / "drm/renderD128/device").mkdir(parents=True)
    roots = linked(
        tmp_path,
        {
            "sys/class/drm/renderD128": f"/{MALI}/drm/renderD128",
            "sys/class/drm/renderD129/device": "/sys/devices",
        },
    )
    result = probed(roots)
    assert result.accelerators == ()
    assert result.reason == "the device of renderD128, renderD129 cannot be told"


def test_nodes_that_may_not_be_listed_hide_devices_and_drivers_still_show_theirs() -> None:
    with open_folder() as root:
        device(root, "sys/devices/platform/fdab0000.npu", "RKNPU")
        roots = planted(root, {"sys/class/drm/version": "drm"})
        (root / "sys/class/drm").chmod(0)
        with without_root():
            result = probed(roots)
        (root / "sys/class/drm").chmod(0o755)
    assert (result.status, result.could_hide) == (Status.DENIED, (Hidden.ACCELERATOR,))
    assert [item.id for item in result.accelerators] == ["fdab0000.npu"]


def test_a_device_tree_with_escapes_is_made_harmless(tmp_path: Path) -> None:
    device(tmp_path, MALI, "panfrost", b"arm,\x1b[2J\xff\0")
    (found,) = probed(node(tmp_path, "renderD128", MALI)).accelerators
    assert found.identities[0].name == "arm,\\x1b[2J\\xff"


@pytest.mark.parametrize("machine", ["a800-and-a100", "vm-plain", "laptop-raptor-lake"])
def test_captured_machines_have_none(machine: str) -> None:
    assert probed(captured(machine)).accelerators == ()
