"""How the machine booted, Secure Boot, and the TPM."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.evidence.host import Tpm
from gauger_probes.host import firmware, tpm
from gauger_probes.roots import Roots
from support.trees import captured, planted

EFI = "sys/firmware/efi"
VARIABLE = f"{EFI}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"


@pytest.mark.parametrize(
    ("machine", "mode", "state"),
    [
        ("a800-and-a100", "uefi", "disabled"),
        ("laptop-raptor-lake", "uefi", "enabled"),
        ("vm-plain", "legacy", "unsupported"),
    ],
)
def test_a_captured_machine_says_how_it_booted(machine: str, mode: str, state: str) -> None:
    roots = captured(machine)
    assert firmware.mode(roots, smbios=True) == mode
    assert firmware.secure_boot(roots).state == state


@pytest.mark.parametrize("content", [b"", b"\x06\0\0\0", b"\x06\0\0\0\x02", b"\x06\0\0\0\x01\x01"])
def test_a_variable_of_another_shape_is_unknown(tmp_path: Path, content: bytes) -> None:
    assert firmware.secure_boot(planted(tmp_path, {VARIABLE: content})).state == "unknown"


def test_uefi_without_its_variables_is_unknown_and_not_disabled(tmp_path: Path) -> None:
    roots = planted(tmp_path, {f"{EFI}/fw_platform_size": "64"})
    assert firmware.secure_boot(roots).state == "unknown"


def test_a_container_that_hides_the_firmware_learns_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "sys/firmware").mkdir(parents=True)
    roots = Roots(tmp_path, captured=True)
    assert firmware.mode(roots, smbios=True) is None
    assert firmware.secure_boot(roots).state == "unknown"


def test_a_machine_without_smbios_is_not_called_legacy(tmp_path: Path) -> None:
    roots = planted(tmp_path, {"sys/firmware/devicetree/base/model": "Board"})
    assert firmware.mode(roots, smbios=False) is None


@pytest.mark.parametrize(
    ("major", "version"), [("2", "2.0"), ("1", "1.2"), ("7", None), ("", None)]
)
def test_a_tpm_states_its_version(tmp_path: Path, major: str, version: str | None) -> None:
    roots = planted(tmp_path, {"sys/class/tpm/tpm0/tpm_version_major": major})
    assert tpm.read(roots) == Tpm(True, version, "sysfs:class/tpm/tpm0")


def test_no_tpm_is_said(tmp_path: Path) -> None:
    assert tpm.read(Roots(tmp_path, captured=True)) == Tpm(False)
