"""A library that hangs or crashes costs the NVML probe alone: the runner goes on and says so.

Here the stand-in is installed under a root of its own and found as a driver's library is. Nothing
of this has been run against a driver that really hangs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from gauger_probes.evidence.common import JsonValue
from gauger_probes.evidence.coverage import Coverage, Hidden, Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.registry import PROBES
from gauger_probes.result import Options
from gauger_probes.roots import Roots
from gauger_probes.run.runner import run_probes
from support.fake_probes import line
from support.kernel_tree import kernel_tree
from support.nvml_machines import H100, Answers, machine
from support.nvml_stand_in import ABORT, HANG, calls, compile_stand_in, install, tell

PCI = "sys/bus/pci/devices/0000:00:09.0"
MACHINE = {
    f"{PCI}/vendor": "0x10de\n",
    f"{PCI}/device": "0x2330\n",
    f"{PCI}/class": "0x030200\n",
    "proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  590.48.01  x\n",
}


def run(root: Path, timeout_s: float = 15.0) -> Evidence:
    """Run the two probes of accelerators, as registered, over ``root``."""
    specs = [
        replace(spec, timeout_s=timeout_s) if spec.native else spec
        for spec in PROBES
        if spec.name in ("accelerators", "accelerators.nvml")
    ]
    return run_probes(Roots(root), ["accelerators"], Options(), specs=specs)


@pytest.fixture
def root(stand_in: Path, tmp_path: Path) -> Path:
    """Return a machine with one H100 and a driver's library."""
    kernel_tree(tmp_path, MACHINE)
    install(stand_in, tmp_path)
    return tmp_path


def nvml_line(
    root: Path,
    device: Answers = H100,
    system: Mapping[str, JsonValue] = MappingProxyType({}),
    timeout_s: float = 15.0,
) -> Coverage:
    """Return the coverage of the NVML probe; the PCI function must be found whatever happens."""
    tell(root / "usr/lib64", machine(device, **system))
    evidence = run(root, timeout_s)
    (gpu,) = [entry for entry in evidence.accelerators if entry.address == "0000:00:09.0"]
    assert gpu.pci is not None
    assert (gpu.pci.device, [identity.source for identity in gpu.identities]) == ("2330", ["pci"])
    return line(evidence, "accelerators.nvml")


def test_the_registered_probe_finds_the_installed_library_and_identifies_the_gpu(
    root: Path,
) -> None:
    tell(root / "usr/lib64", machine(H100))
    evidence = run(root)
    (gpu,) = [entry for entry in evidence.accelerators if entry.address == "0000:00:09.0"]
    named = {identity.source: identity.name for identity in gpu.identities}
    assert named["nvml"] == "NVIDIA H100 80GB HBM3"
    assert [limit.kind for limit in gpu.limits] == ["virtualised"]
    assert line(evidence, "accelerators.nvml").status is Status.OK
    assert calls(root / "usr/lib64") == ["init", "shutdown"]


def test_a_library_that_hangs_at_its_start_costs_its_probe_alone(root: Path) -> None:
    began = time.monotonic()
    found = nvml_line(root, system={"nvmlInit": HANG}, timeout_s=2.0)
    assert found.status is Status.TIMEOUT
    assert found.reason == "no answer within the time limit of 2 s"
    assert found.could_hide == (Hidden.IDENTITY,)
    assert time.monotonic() - began < 30


def test_a_library_that_hangs_at_one_device_costs_its_probe_alone(root: Path) -> None:
    found = nvml_line(root, {**H100, "nvmlDeviceGetVbiosVersion({})": HANG}, timeout_s=2.0)
    assert found.status is Status.TIMEOUT


@pytest.mark.parametrize("answer", ["nvmlInit", "nvmlDeviceGetCount"])
def test_a_library_that_crashes_costs_its_probe_alone(root: Path, answer: str) -> None:
    found = nvml_line(root, system={answer: ABORT})
    assert (found.status, found.reason) == (Status.CRASHED, "killed by signal 6 (SIGABRT)")
    assert found.could_hide == (Hidden.IDENTITY,)


def test_a_library_of_another_version_than_the_driver_costs_its_probe_alone(root: Path) -> None:
    found = nvml_line(root, system={"nvmlInit": {"error": 18}})
    assert found.status is Status.UNAVAILABLE
    assert "reboot after the driver update" in (found.reason or "")
    assert found.could_hide == (Hidden.IDENTITY,)


def test_a_driver_before_535_is_asked_for_throttle_reasons_by_their_old_name(
    stand_in: Path, tmp_path: Path
) -> None:
    old = tmp_path / "built"
    old.mkdir()
    library = compile_stand_in(old, "-DBEFORE_EVENT_REASONS")
    assert library.read_bytes() != stand_in.read_bytes()
    kernel_tree(tmp_path, MACHINE)
    device: Answers = {
        **H100,
        "nvmlDeviceGetCurrentClocksThrottleReasons({})": 0x80,
        "nvmlDeviceGetVirtualizationMode({})": 0,
    }
    tell(install(library, tmp_path), machine(device))
    evidence = run(tmp_path)
    (gpu,) = [entry for entry in evidence.accelerators if entry.address == "0000:00:09.0"]
    assert [limit.detail for limit in gpu.limits] == ["hardware power brake slowdown"]
