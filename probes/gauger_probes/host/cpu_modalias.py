"""Parses the processor's modalias: vendor, family, model and extensions without /proc.

``cpu:type:x86,ven0000fam0006mod008F:feature:,0000,…`` (drivers/base/cpu.c). Feature numbers are
word × 32 + bit of arch/x86/include/asm/cpufeatures.h, and on Arm the bit of the ELF HWCAP
(arch/arm64/include/asm/hwcap.h). Vendors are X86_VENDOR_* of arch/x86/include/asm/processor.h.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_X86 = re.compile(
    r"cpu:type:x86,ven([0-9A-F]{4})fam([0-9A-F]{4})mod([0-9A-F]{4}):feature:([,0-9A-F]*)"
)
_ARM = re.compile(r"cpu:type:aarch64:feature:([,0-9A-F]*)")
_LONG_MODE = 0x03D

_X86_VENDORS: Mapping[int, str] = {
    0x0: "GenuineIntel",
    0x2: "AuthenticAMD",
    0x5: "CentaurHauls",
    0x9: "HygonGenuine",
    0xA: "Shanghai",
}
_X86_EXTENSIONS: Mapping[int, str] = {
    0x08C: "fma",
    0x093: "sse4_1",
    0x094: "sse4_2",
    0x09C: "avx",
    0x09D: "f16c",
    0x09F: "hypervisor",
    0x0C6: "sse4a",
    0x0D0: "fma4",
    0x125: "avx2",
    0x130: "avx512f",
    0x131: "avx512dq",
    0x13E: "avx512bw",
    0x13F: "avx512vl",
    0x184: "avx_vnni",
    0x185: "avx512_bf16",
    0x195: "amx_fp16",
    0x20B: "avx512_vnni",
    0x242: "avx512_4vnniw",
    0x243: "avx512_4fmaps",
    0x256: "amx_bf16",
    0x257: "avx512_fp16",
    0x258: "amx_tile",
    0x259: "amx_int8",
}
#: HWCAP2 begins at 64, on older kernels at 32: both are read, which can only add an extension.
_ARM_EXTENSIONS: Mapping[int, str] = {
    1: "asimd",
    9: "fphp",
    10: "asimdhp",
    20: "asimddp",
    22: "sve",
    32 + 1: "sve2",
    64 + 1: "sve2",
    32 + 13: "i8mm",
    64 + 13: "i8mm",
    32 + 14: "bf16",
    64 + 14: "bf16",
    32 + 23: "sme",
    64 + 23: "sme",
}


@dataclass(frozen=True, slots=True)
class Modalias:
    """What the modalias states; ``isa`` spells extensions as /proc/cpuinfo does."""

    architecture: str
    vendor: str | None
    family: int | None
    model_number: int | None
    isa: frozenset[str]


def parse(text: str) -> Modalias | None:
    """Return what the modalias ``text`` states, or ``None`` where it has another form."""
    x86 = _X86.fullmatch(text)
    if x86:
        features = _features(x86[4])
        return Modalias(
            architecture="x86_64" if _LONG_MODE in features else "i686",
            vendor=_X86_VENDORS.get(int(x86[1], 16)),
            family=int(x86[2], 16),
            model_number=int(x86[3], 16),
            isa=_named(features, _X86_EXTENSIONS),
        )
    arm = _ARM.fullmatch(text)
    if arm:
        isa = _named(_features(arm[1]), _ARM_EXTENSIONS)
        return Modalias("aarch64", None, None, None, isa)
    return None


def _features(listed: str) -> frozenset[int]:
    return frozenset(int(number, 16) for number in listed.split(",") if number)


def _named(features: frozenset[int], names: Mapping[int, str]) -> frozenset[str]:
    return frozenset(name for number, name in names.items() if number in features)
