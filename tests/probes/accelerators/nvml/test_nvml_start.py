"""How the library starts and ends, and what the kernel module says beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.accelerators import nvml, nvml_survey
from gauger_probes.accelerators.nvml_module import module_version
from gauger_probes.accelerators.nvml_recording import Recording
from gauger_probes.accelerators.nvml_survey import Origin, survey
from gauger_probes.evidence.accelerator import Library
from gauger_probes.evidence.coverage import Hidden, Status
from gauger_probes.roots import Roots
from support.kernel_tree import kernel_tree
from support.nvml_machines import H100, losing, machine, replayed
from support.nvml_stand_in import FILE, calls, tell

LIBRARY = Library(f"/usr/lib64/{FILE}", "0" * 64, 1, 0, False, None, None)


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
    code: int, status: Status, reason: str
) -> None:
    result = replayed(machine(H100, nvmlInit={"error": code}))
    assert result.status is status
    assert (result.reason or "").startswith(reason)
    assert result.could_hide == (Hidden.IDENTITY,)
    assert result.identified == ()


def test_a_version_mismatch_names_both_versions_and_the_remedy() -> None:
    result = survey(Recording({"nvmlInit()": {"error": 18}}), Origin(LIBRARY, "520.56.06"))
    assert result.reason == (
        "NVML_ERROR_LIB_RM_VERSION_MISMATCH (18): driver and library versions differ: reboot after"
        f" the driver update (kernel module 520.56.06, library {FILE})"
    )


@pytest.mark.parametrize(
    "line",
    [
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.48.01  Release Build  (dvs)",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  590.48.01  Wed Oct  5 20:41:27 UTC 2022",
    ],
)
def test_the_version_of_the_kernel_module_is_read_in_both_its_spellings(
    tmp_path: Path, line: str
) -> None:
    roots = kernel_tree(tmp_path, {"proc/driver/nvidia/version": f"{line}\nGCC 12\n"})
    assert module_version(roots) == "590.48.01"


def test_a_machine_without_the_kernel_module_states_no_version(tmp_path: Path) -> None:
    assert module_version(Roots(tmp_path)) is None


def test_a_kernel_module_of_the_same_version_is_no_news() -> None:
    result = replayed(machine(H100), "590.48.01")
    assert (result.status, result.reason) == (Status.OK, None)


def test_a_kernel_module_of_another_version_is_said() -> None:
    result = replayed(machine(H100), "580.95.05")
    assert result.status is Status.PARTIAL
    assert result.reason == (
        "the kernel module is of version 580.95.05, NVML of a driver 590.48.01"
    )
    assert result.could_hide == (Hidden.IDENTITY,)
    assert len(result.identified) == 1


def test_every_start_is_followed_by_one_shutdown(stand_in: Path) -> None:
    tell(stand_in.parent, losing(machine(H100, H100), 1))
    nvml.ask([stand_in], Roots(stand_in.parent / "empty"))
    assert calls(stand_in.parent) == ["init", "shutdown"]


def test_a_library_that_did_not_start_is_not_shut_down(stand_in: Path) -> None:
    tell(stand_in.parent, machine(H100, nvmlInit={"error": 9}))
    nvml.ask([stand_in], Roots(stand_in.parent / "empty"))
    assert calls(stand_in.parent) == []


def test_a_fault_of_ours_still_shuts_the_library_down(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(nvml_survey, "limits_of", broken)
    tell(stand_in.parent, machine(H100))
    with pytest.raises(ZeroDivisionError):
        nvml.ask([stand_in], Roots(stand_in.parent / "empty"))
    assert calls(stand_in.parent) == ["init", "shutdown"]
