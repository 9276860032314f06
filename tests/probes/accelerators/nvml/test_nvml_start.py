"""How the library starts and ends, and what the kernel module says beside it. It is a stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators import nvml
from gauger_probes.accelerators.nvml import survey
from gauger_probes.evidence.common import Limit
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.result import Result
from gauger_probes.roots import Roots
from support.kernel_tree import kernel_tree
from support.nvml_stand_in import FILE, H100, Answers, calls, tell


def asked(stand_in: Path, *devices: Answers, **system: str | int) -> Result:
    """Return what the probe says of these devices on a machine with no file in /proc."""
    tell(stand_in.parent, *devices, **system)
    return survey([stand_in], Roots(stand_in.parent / "empty"))


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (4, Status.DENIED, "NVML_ERROR_NO_PERMISSION (4): this user may not open /dev/nvidiactl"),
        (9, Status.UNAVAILABLE, "NVML_ERROR_DRIVER_NOT_LOADED (9): the NVIDIA kernel module is"),
        (18, Status.UNAVAILABLE, "NVML_ERROR_LIB_RM_VERSION_MISMATCH (18): driver and library"),
        (999, Status.UNAVAILABLE, "NVML_ERROR_UNKNOWN (999): in a container, let its device"),
        (20, Status.UNAVAILABLE, "NVML cannot start: NVML_ERROR_MEMORY (20)"),
    ],
)
def test_a_library_that_does_not_start_says_why_and_what_to_do(
    stand_in: Path, code: int, status: Status, reason: str
) -> None:
    result = asked(stand_in, H100, init=f"!{code}")
    assert result.status is status
    assert (result.reason or "").startswith(reason)
    assert result.could_hide == (Hidden.IDENTITY,)
    assert calls(stand_in.parent) == []


OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {}  Release Build  (dvs)\nGCC 12\n"
CLOSED = (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  {}  Wed Oct  5 20:41:27 UTC 2022\nGCC 11\n"
)


def beside_module(stand_in: Path, tmp_path: Path, line: str, version: str, **system: str) -> Result:
    """Return what the probe says where the kernel module states ``version``."""
    tell(stand_in.parent, H100, **system)
    proc = {"proc/driver/nvidia/version": line.format(version)}
    return survey([stand_in], kernel_tree(tmp_path, proc))


def test_a_version_mismatch_names_both_versions_and_the_remedy(
    stand_in: Path, tmp_path: Path
) -> None:
    result = beside_module(stand_in, tmp_path, CLOSED, "520.56.06", init="!18")
    assert result.reason == (
        "NVML_ERROR_LIB_RM_VERSION_MISMATCH (18): driver and library versions differ: reboot after"
        f" the driver update (kernel module 520.56.06, library {FILE})"
    )


@pytest.mark.parametrize("line", [OPEN, CLOSED])
def test_a_kernel_module_of_the_same_version_is_no_news(
    stand_in: Path, tmp_path: Path, line: str
) -> None:
    result = beside_module(stand_in, tmp_path, line, "590.48.01")
    assert (result.status, result.reason) == (Status.OK, None)
    assert result.notes["kernelModuleVersion"] == "590.48.01"


@pytest.mark.parametrize("line", [OPEN, CLOSED])
def test_a_kernel_module_of_another_version_is_said(
    stand_in: Path, tmp_path: Path, line: str
) -> None:
    result = beside_module(stand_in, tmp_path, line, "580.95.05")
    assert result.status is Status.PARTIAL
    assert result.reason == (
        "driver 580.95.05 in /proc/driver/nvidia/version differs from 590.48.01 in NVML"
    )
    assert result.could_hide == (Hidden.IDENTITY,)
    assert len(result.identified) == 1


def test_every_start_is_followed_by_one_shutdown(stand_in: Path) -> None:
    asked(stand_in, H100, {**H100, "handle": "!15"})
    assert calls(stand_in.parent) == ["init", "shutdown"]


def test_a_fault_of_ours_still_shuts_the_library_down(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> tuple[Limit, ...]:
        raise ZeroDivisionError

    monkeypatch.setattr(nvml, "limits_of", broken)
    with pytest.raises(ZeroDivisionError):
        asked(stand_in, H100)
    assert calls(stand_in.parent) == ["init", "shutdown"]
