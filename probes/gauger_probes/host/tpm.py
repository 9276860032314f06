"""Whether the kernel shows a TPM, and which version (Documentation/ABI/stable/sysfs-class-tpm)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gauger_probes.evidence.host import Tpm
from gauger_probes.roots import Roots
from gauger_probes.sysfs import entries, read_int

_CLASS = "class/tpm"
_DEVICE = re.compile(r"tpm[0-9]{1,4}")
_VERSIONS: Mapping[int, str] = {1: "1.2", 2: "2.0"}


def read(roots: Roots) -> Tpm:
    """Return the first TPM that the kernel lists."""
    for name in entries(roots, f"sys/{_CLASS}"):
        if _DEVICE.fullmatch(name):
            major = read_int(roots, f"sys/{_CLASS}/{name}/tpm_version_major", 10)
            return Tpm(True, _VERSIONS.get(major or 0), f"sysfs:{_CLASS}/{name}")
    return Tpm(False)
