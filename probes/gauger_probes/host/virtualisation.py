"""Whether a hypervisor or a container stands between us and the machine, and which.

A hypervisor shows itself by the processor flag ``hypervisor``, by sys/hypervisor (Xen), by the
SMBIOS strings of the machine that it presents, by a device tree, or by the name of the kernel
(WSL). A cloud's SMBIOS strings also stand on its bare-metal machines, so there the flag decides.
Containers are told by the files that their runtimes leave. All of it can be forged by a host.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gauger_probes.evidence.host import Processor, Virtualisation
from gauger_probes.host import dmi
from gauger_probes.roots import Roots
from gauger_probes.sysfs import exists, read_bytes, read_text
from gauger_probes.text import clean

#: What a hypervisor is called that shows itself by the processor flag alone.
UNNAMED = "unknown"

_FLAG = "hypervisor"
_MAX_SMALL_FILE = 65_536
_WSL_KERNEL = re.compile(r"-microsoft(?:-standard|$)", re.IGNORECASE)
_CGROUP = re.compile(rb"/(docker|kubepods|lxc|libpod|machine\.slice/libpod|containerd)\b")
_CGROUP_NAMES = {b"kubepods": "kubernetes", b"libpod": "podman", b"machine.slice/libpod": "podman"}


@dataclass(frozen=True, slots=True)
class _Maker:
    """A DMI string that a hypervisor presents; ``shared`` with bare metal of the same cloud."""

    file: str
    start: str
    hypervisor: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    name: str
    source: str


_MAKERS = (
    _Maker("sys_vendor", "QEMU", "qemu"),
    _Maker("product_name", "KVM", "kvm"),
    _Maker("product_name", "OpenStack", "kvm"),
    _Maker("sys_vendor", "VMware", "vmware"),
    _Maker("product_name", "VMware", "vmware"),
    _Maker("product_name", "VirtualBox", "virtualbox"),
    _Maker("product_name", "Virtual Machine", "hyper-v"),
    _Maker("product_name", "HVM domU", "xen"),
    _Maker("sys_vendor", "Xen", "xen"),
    _Maker("sys_vendor", "Parallels", "parallels"),
    _Maker("product_name", "BHYVE", "bhyve"),
    _Maker("product_name", "Apple Virtualization", "apple"),
    _Maker("bios_vendor", "Bochs", "bochs"),
    _Maker("sys_vendor", "Amazon EC2", "amazon-ec2", shared=True),
    _Maker("product_name", "Google Compute Engine", "google", shared=True),
    _Maker("sys_vendor", "Alibaba Cloud", "alibaba", shared=True),
    _Maker("sys_vendor", "Tencent Cloud", "tencent", shared=True),
)


def read(roots: Roots, processors: Sequence[Processor]) -> Virtualisation:
    """Return what was recognised; ``processors`` are the machine's, for their flags."""
    hypervisor = _hypervisor(roots, processors)
    container = _container(roots)
    sources = [sign.source for sign in (*hypervisor, *container)]
    return Virtualisation(
        hypervisor=hypervisor[0].name if hypervisor else None,
        container=container[0].name if container else None,
        sources=tuple(dict.fromkeys(sources)),
    )


def _hypervisor(roots: Roots, processors: Sequence[Processor]) -> list[_Sign]:
    """Return every sign of a hypervisor, those that name it first."""
    flags = [item.source for item in processors if _FLAG in item.isa]
    signs = [*_xen(roots), *_makers(roots, _may_be_guest(roots, processors)), *_kernel(roots)]
    return signs + [_Sign(UNNAMED, source) for source in flags]


def _may_be_guest(roots: Roots, processors: Sequence[Processor]) -> bool:
    """Return whether a cloud's machine may be a guest: by its flag, or by name without one."""
    if any(_FLAG in item.isa for item in processors):
        return True
    x86 = any(item.family is not None for item in processors)
    product = read_text(roots, f"{dmi.DIRECTORY}/product_name") or ""
    return not x86 and not product.endswith("metal")


def _makers(roots: Roots, may_be_guest: bool) -> list[_Sign]:
    return [
        _Sign(maker.hypervisor, dmi.SOURCE)
        for maker in _MAKERS
        if (may_be_guest or not maker.shared)
        and (read_text(roots, f"{dmi.DIRECTORY}/{maker.file}") or "").startswith(maker.start)
    ]


def _xen(roots: Roots) -> list[_Sign]:
    kind = read_text(roots, "sys/hypervisor/type")
    return [_Sign(clean(kind, 32) or UNNAMED, "sysfs:hypervisor/type")] if kind else []


def _kernel(roots: Roots) -> list[_Sign]:
    """Return what the kernel's release (WSL) and the device tree (QEMU, Xen) say."""
    signs = []
    release = read_text(roots, "proc/sys/kernel/osrelease")
    if release is None:
        words = (read_text(roots, "proc/version") or "").split()
        release = words[2] if len(words) > 2 else ""
    if _WSL_KERNEL.search(release):
        signs.append(_Sign("wsl", "procfs:sys/kernel/osrelease"))
    tree = "firmware/devicetree/base"
    if "linux,dummy-virt" in (read_text(roots, f"sys/{tree}/compatible") or ""):
        signs.append(_Sign("qemu", f"sysfs:{tree}/compatible"))
    elif exists(roots, f"sys/{tree}/hypervisor/compatible"):
        signs.append(_Sign(UNNAMED, f"sysfs:{tree}/hypervisor/compatible"))
    return signs


def _container(roots: Roots) -> list[_Sign]:
    """Return every sign of a container, the most telling first."""
    signs = []
    told = read_text(roots, "run/systemd/container")
    if told:
        signs.append(_Sign(clean(told, 32) or UNNAMED, "run:systemd/container"))
    named = _in_environment(_small(roots, "proc/1/environ"))
    if named:
        signs.append(_Sign(named, "procfs:1/environ"))
    if exists(roots, "run/.containerenv"):
        signs.append(_Sign("podman", "run:.containerenv"))
    if exists(roots, ".dockerenv"):
        signs.append(_Sign("docker", "root:.dockerenv"))
    group = _CGROUP.search(_small(roots, "proc/1/cgroup"))
    if group:
        name = _CGROUP_NAMES.get(group[1]) or group[1].decode("ascii")
        signs.append(_Sign(name, "procfs:1/cgroup"))
    return signs


def _in_environment(environment: bytes) -> str | None:
    """Return the value of ``container=`` alone; the rest of an environment is nobody's business."""
    for entry in environment.split(b"\0"):
        if entry.startswith(b"container="):
            return clean(entry.removeprefix(b"container="), 32)
    return None


def _small(roots: Roots, path: str) -> bytes:
    try:
        return read_bytes(roots, path, _MAX_SMALL_FILE)
    except OSError:
        return b""
