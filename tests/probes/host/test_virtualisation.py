"""Hypervisors and containers: recognised by any sign, never by a cloud's name on bare metal."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.host import Virtualisation
from gauger_probes.host import cpu, virtualisation
from gauger_probes.roots import Roots
from support.trees import captured, planted

ID = "sys/class/dmi/id"
X86 = "processor : 0\nvendor_id : GenuineIntel\ncpu family : 6\nflags : lm avx2"
ARM = "processor : 0\nCPU implementer : 0x41\nFeatures : asimd"


def seen(roots: Roots) -> Virtualisation:
    return virtualisation.read(roots, cpu.read(roots))


@pytest.mark.parametrize(
    ("machine", "hypervisor"),
    [("a800-and-a100", None), ("laptop-raptor-lake", None), ("vm-plain", "qemu")],
)
def test_a_captured_machine_is_told_from_a_guest(machine: str, hypervisor: str | None) -> None:
    assert seen(captured(machine)).hypervisor == hypervisor


def test_every_sign_is_listed_as_a_source() -> None:
    assert seen(captured("vm-plain")).sources == ("sysfs:class/dmi/id", "procfs:cpuinfo")


def test_the_flag_alone_is_a_hypervisor_without_a_name(tmp_path: Path) -> None:
    roots = planted(tmp_path, {"proc/cpuinfo": f"{X86} hypervisor"})
    assert seen(roots) == Virtualisation("unknown", None, ("procfs:cpuinfo",))


@pytest.mark.parametrize(
    ("file", "text", "hypervisor"),
    [
        ("sys_vendor", "VMware, Inc.", "vmware"),
        ("product_name", "VirtualBox", "virtualbox"),
        ("product_name", "Virtual Machine", "hyper-v"),
        ("product_name", "HVM domU", "xen"),
        ("product_name", "OpenStack Nova", "kvm"),
        ("sys_vendor", "BHYVE", None),
        ("sys_vendor", "Microsoft Corporation", None),
        ("sys_vendor", "Dell Inc.", None),
    ],
)
def test_firmware_strings_name_a_hypervisor_that_hides_its_flag(
    tmp_path: Path, file: str, text: str, hypervisor: str | None
) -> None:
    roots = planted(tmp_path, {"proc/cpuinfo": X86, f"{ID}/{file}": text})
    assert seen(roots).hypervisor == hypervisor


@pytest.mark.parametrize(
    ("cpuinfo", "product", "hypervisor"),
    [
        (X86, "c5.metal", None),
        (X86, "c5.large", None),
        (f"{X86} hypervisor", "c5.large", "amazon-ec2"),
        (ARM, "c7g.large", "amazon-ec2"),
        (ARM, "c7g.metal", None),
    ],
)
def test_a_clouds_bare_metal_is_not_a_guest(
    tmp_path: Path, cpuinfo: str, product: str, hypervisor: str | None
) -> None:
    roots = planted(
        tmp_path,
        {
            "proc/cpuinfo": cpuinfo,
            f"{ID}/sys_vendor": "Amazon EC2",
            f"{ID}/product_name": product,
        },
    )
    assert seen(roots).hypervisor == hypervisor


@pytest.mark.parametrize(
    ("path", "text", "hypervisor"),
    [
        ("sys/hypervisor/type", "xen", "xen"),
        ("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2", "wsl"),
        ("proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft", "wsl"),
        ("proc/sys/kernel/osrelease", "6.8.0-1021-azure", None),
        ("proc/version", "Linux version 5.10.16.3-microsoft-standard-WSL2 (o@b) (gcc)", "wsl"),
        ("proc/version", "Linux version 6.1.0 (mail@microsoft.com) (gcc)", None),
        ("proc/version", "Linux", None),
        ("sys/firmware/devicetree/base/compatible", "linux,dummy-virt", "qemu"),
        ("sys/firmware/devicetree/base/hypervisor/compatible", "xen,xen", "unknown"),
    ],
)
def test_the_kernel_and_its_device_tree_tell_too(
    tmp_path: Path, path: str, text: str, hypervisor: str | None
) -> None:
    assert seen(planted(tmp_path, {path: text})).hypervisor == hypervisor


@pytest.mark.parametrize(
    ("path", "text", "container"),
    [
        ("run/systemd/container", "systemd-nspawn", "systemd-nspawn"),
        ("run/.containerenv", "", "podman"),
        (".dockerenv", "", "docker"),
        ("proc/1/environ", b"HOME=/root\0container=lxc\0TERM=linux\0", "lxc"),
        ("proc/1/cgroup", "4:memory:/docker/0123456789abcdef", "docker"),
        ("proc/1/cgroup", "0::/kubepods.slice/kubepods-pod1.slice", "kubernetes"),
        ("proc/1/cgroup", "0::/machine.slice/libpod-0123.scope", "podman"),
        ("proc/1/cgroup", "0::/init.scope", None),
        ("proc/1/cgroup", "0::/dockerish", None),
    ],
)
def test_a_container_is_told_by_what_its_runtime_leaves(
    tmp_path: Path, path: str, text: str | bytes, container: str | None
) -> None:
    assert seen(planted(tmp_path, {path: text})).container == container


def test_nothing_of_an_environment_but_the_container_is_kept(tmp_path: Path) -> None:
    environment = b"USER=alice\0container=podman\0HOSTNAME=box17\0"
    found = seen(planted(tmp_path, {"proc/1/environ": environment}))
    assert found == Virtualisation(None, "podman", ("procfs:1/environ",))
