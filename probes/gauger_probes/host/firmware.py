"""How the machine booted: UEFI or legacy, and whether Secure Boot is on.

The kernel creates sys/firmware/efi when it booted through UEFI. The Secure Boot state is the one
byte of the variable ``SecureBoot`` (UEFI specification, 3.3), after four bytes of attributes that
efivarfs puts before every value (Documentation/filesystems/efivarfs.rst).
"""

from __future__ import annotations

from gauger_probes.evidence.host import SecureBoot
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, exists, read_bytes

_FIRMWARE = "sys/firmware"
_EFI = "firmware/efi"
_VARIABLE = f"{_EFI}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_ATTRIBUTES = 4


def mode(roots: Roots, smbios: bool) -> str | None:
    """Return ``uefi`` or ``legacy``; ``None`` where nothing tells.

    Without ``smbios`` tables the firmware is neither (a device tree, a micro virtual machine),
    and container runtimes hide sys/firmware, which then says nothing.
    """
    if exists(roots, f"sys/{_EFI}"):
        return "uefi"
    return "legacy" if smbios and _shows_firmware(roots) else None


def secure_boot(roots: Roots) -> SecureBoot:
    """Return the Secure Boot state: ``enabled``, ``disabled``, ``unsupported`` or ``unknown``."""
    if not exists(roots, f"sys/{_EFI}"):
        return SecureBoot("unsupported" if _shows_firmware(roots) else "unknown")
    try:
        value = read_bytes(roots, f"sys/{_VARIABLE}", _ATTRIBUTES + 2)
    except OSError:
        return SecureBoot("unknown")
    if len(value) != _ATTRIBUTES + 1 or value[-1] > 1:
        return SecureBoot("unknown", f"sysfs:{_VARIABLE}")
    return SecureBoot("enabled" if value[-1] else "disabled", f"sysfs:{_VARIABLE}")


def _shows_firmware(roots: Roots) -> bool:
    return next(entries(roots, _FIRMWARE), None) is not None
