"""Parses /proc/cpuinfo: one record per logical CPU, whatever the architecture calls its fields.

Pure: text in, records out. Field names are those that each architecture's ``show_cpuinfo``
prints (arch/*/kernel in Linux). Beyond x86, Arm and LoongArch only a model name is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gauger_probes.text import clean

#: More logical CPUs than any kernel can be built for (NR_CPUS is at most 8,192 on x86).
MAX_CPUS = 16_384

_NUMBER = re.compile(r"[0-9]{1,9}")
_HEX = re.compile(r"0x([0-9a-fA-F]{1,8})")
_S390_CPU = re.compile(r"processor\s+([0-9]{1,9})")
#: x86 prints ``flags``. Its ``sme`` is memory encryption, so it has no place in this pattern.
_X86_ARITHMETIC = re.compile(r"avx\w*|amx\w*|fma\w*|f16c|sse4\w*|hypervisor")
#: The others print ``features``: Arm's SIMD, SVE and SME, LoongArch's LSX/LASX, z's vectors.
_OTHER_ARITHMETIC = re.compile(
    r"asimd\w*|sve\w*|sme\w*|f8\w+|i8mm|bf16|fphp|neon|lsx|lasx|vsx|vx\w*|nnpa"
)


@dataclass(frozen=True, slots=True)
class LogicalCpu:
    """One logical CPU; ``None`` where its architecture prints no such field.

    ``cores_in_package`` and ``threads_in_package`` are what the kernel states for the whole
    package (``cpu cores``, ``siblings``). ``isa`` holds the arithmetic extensions alone.
    """

    number: int
    architecture: str | None = None
    package: int | None = None
    core: int | None = None
    cores_in_package: int | None = None
    threads_in_package: int | None = None
    vendor: str | None = None
    model: str | None = None
    family: int | None = None
    model_number: int | None = None
    stepping: int | None = None
    implementer: str | None = None
    part: str | None = None
    microcode: str | None = None
    isa: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Block:
    numbers: list[int] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> tuple[LogicalCpu, ...]:
    """Return the logical CPUs that ``text`` lists, at most ``MAX_CPUS``, in its order."""
    found: list[LogicalCpu] = []
    extensions: dict[str, frozenset[str]] = {}
    for block in _blocks(text):
        for number in block.numbers[: MAX_CPUS - len(found)]:
            found.append(_logical(number, block.fields, extensions))
        if len(found) >= MAX_CPUS:
            break
    return tuple(found)


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block()
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            _add(block, name.strip().lower(), value.strip())
        elif not name.strip() and block.fields:
            yield block
            block = _Block()
    yield block


def _add(block: _Block, name: str, value: str) -> None:
    s390 = _S390_CPU.fullmatch(name)
    if s390:
        block.numbers.append(int(s390[1]))
        name = "processor"
    elif name == "processor" and _NUMBER.fullmatch(value):
        block.numbers.append(int(value))
    block.fields.setdefault(name, value)


def _logical(
    number: int, fields: Mapping[str, str], extensions: dict[str, frozenset[str]]
) -> LogicalCpu:
    return LogicalCpu(
        number=number,
        architecture=_architecture(fields),
        package=_number(fields, "physical id", "package"),
        core=_number(fields, "core id", "core"),
        cores_in_package=_number(fields, "cpu cores"),
        threads_in_package=_number(fields, "siblings"),
        vendor=clean(fields.get("vendor_id", "")),
        model=_model(fields),
        family=_number(fields, "cpu family"),
        model_number=_number(fields, "model"),
        stepping=_number(fields, "stepping"),
        implementer=_hex(fields, "cpu implementer"),
        part=_hex(fields, "cpu part"),
        microcode=clean(fields.get("microcode", "")),
        isa=_isa(fields, extensions),
    )


def _architecture(fields: Mapping[str, str]) -> str | None:
    vendor = fields.get("vendor_id", "")
    if "cpu implementer" in fields:
        return "aarch64"
    if vendor.startswith("IBM"):
        return "s390x"
    if vendor:
        return "x86_64" if "lm" in fields.get("flags", "").split() else "i686"
    if "hart" in fields:
        return "riscv64"
    if fields.get("cpu family", "").startswith("Loongson"):
        return "loongarch64"
    return "ppc64le" if fields.get("cpu", "").startswith("POWER") else None


def _model(fields: Mapping[str, str]) -> str | None:
    if "machine = " in fields.get("processor", ""):
        return clean("machine " + fields["processor"].partition("machine = ")[2])
    stated = fields.get("model name") or fields.get("uarch") or fields.get("cpu", "")
    return clean(stated.partition(", altivec")[0])


def _isa(fields: Mapping[str, str], extensions: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the arithmetic extensions; ``extensions`` remembers lines that were read before."""
    pattern = _X86_ARITHMETIC if "flags" in fields else _OTHER_ARITHMETIC
    line = fields.get("flags") or fields.get("features") or ""
    if line not in extensions:
        extensions[line] = frozenset(word for word in line.split() if pattern.fullmatch(word))
    return extensions[line]


def _number(fields: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        if _NUMBER.fullmatch(fields.get(name, "")):
            return int(fields[name])
    return None


def _hex(fields: Mapping[str, str], name: str) -> str | None:
    digits = _HEX.fullmatch(fields.get(name, ""))
    return digits[1].lower() if digits else None
