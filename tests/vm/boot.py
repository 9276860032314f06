"""Boots the rig: a Debian root, the project beside it, one scenario inside, results on a disk.

The guest's disks: vda the root (a snapshot: the cache never changes), vdb the project's layer,
vdc the results as a tar archive. A scenario that fails or hangs still hands in what it has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vm.disk import blank, unpack
from vm.harness import GuestFailedError, processor
from vm.initramfs import bare
from vm.kernel import fetch, need
from vm.layer import layer
from vm.root import LAYER, root
from vm.scenario import Scenario

_RESULTS_MIB = 256
#: Seconds from power-on to the scenario, and from its end to power-off, when emulated.
_OVERHEAD_S = 120
#: For the disks, on top of what the scenario itself may load.
_MODULES = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")
_INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in {modules}; do modprobe "$module"; done
ip link set lo up
mount -t ext4 /dev/vda /root
mount -t ext4 -o ro /dev/vdb /root{layer}
cp -a /lib/modules /root/lib/
for folder in proc sys dev; do mount -o move /$folder /root/$folder; done
exec switch_root /root /bin/sh {layer}/site/vm/guest/rig-init {name} {run_s}
"""


@dataclass(frozen=True, slots=True)
class Files:
    """The files that one machine is made of."""

    kernel: Path
    initramfs: Path
    root: Path
    layer: Path
    results: Path
    console: Path


def boot(name: str, scenario: Scenario, out: Path) -> None:
    """Run the scenario ``name`` and leave its artefacts and ``log.txt``, the console, in ``out``.

    Raises:
        UnavailableError: a tool or a package is not to be had here.
        GuestFailedError: the machine or the scenario failed; ``out`` holds what there is.
    """
    need("qemu-system-x86_64")
    out.mkdir(parents=True, exist_ok=True)
    status = out / "status"
    status.unlink(missing_ok=True)  # an earlier run's
    with tempfile.TemporaryDirectory(prefix="gauger-rig-") as folder:
        scratch = Path(folder)
        files = _files(name, scenario, scratch)
        try:
            _run(_arguments(files, scenario), scenario.run_s + _OVERHEAD_S, scratch)
        finally:
            if files.console.exists():
                shutil.copyfile(files.console, out / "log.txt")
        unpack(files.results, out)
    ending = status.read_text().strip() if status.exists() else "no results"
    if ending != "0":
        raise GuestFailedError(f"the scenario ended with {ending}; its console is {out}/log.txt")


def _files(name: str, scenario: Scenario, scratch: Path) -> Files:
    kernel = fetch((*_MODULES, *scenario.modules))
    init = _INIT.format(modules=" ".join(_MODULES), layer=LAYER, name=name, run_s=scenario.run_s)
    files = Files(
        kernel=kernel.image,
        initramfs=bare(kernel, init, scratch),
        root=root(),
        layer=layer(scratch),
        results=scratch / "results.raw",
        console=scratch / "console.log",
    )
    blank(files.results, _RESULTS_MIB)
    return files


def _run(arguments: list[str], limit_s: float, scratch: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(scratch)}  # where QEMU puts its snapshots
    try:
        subprocess.run(arguments, timeout=limit_s, check=True, capture_output=True, env=environment)
    except subprocess.TimeoutExpired:
        raise GuestFailedError(f"the machine took longer than {limit_s:.0f} s") from None
    except subprocess.CalledProcessError as problem:
        raise GuestFailedError(f"QEMU failed: {problem.stderr!r}") from None


def _arguments(files: Files, scenario: Scenario) -> list[str]:
    disks = (
        f"file={files.root},format=raw,if=virtio,snapshot=on",
        f"file={files.layer},format=raw,if=virtio,readonly=on",
        f"file={files.results},format=raw,if=virtio",
    )
    return [
        "qemu-system-x86_64",
        *("-machine", "q35", *processor()),
        *("-smp", "2", "-m", str(scenario.memory_mib)),
        *("-nodefaults", "-no-user-config", "-no-reboot", "-nic", "none"),
        *("-display", "none", "-monitor", "none", "-serial", f"file:{files.console}"),
        *(part for disk in disks for part in ("-drive", disk)),
        *("-kernel", str(files.kernel), "-initrd", str(files.initramfs)),
        *("-append", "console=ttyS0 panic=-1 quiet loglevel=4 net.ifnames=0"),
        *scenario.devices,
    ]
