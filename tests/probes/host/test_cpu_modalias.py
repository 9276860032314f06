"""The processor's modalias, and its agreement with the flags of the machine that tests run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from gauger_probes.host.cpu_modalias import parse
from gauger_probes.host.cpuinfo import parse as parse_cpuinfo

_LIVE = Path("/sys/devices/system/cpu/modalias")


def test_an_x86_alias_gives_vendor_family_model_and_extensions() -> None:
    alias = parse("cpu:type:x86,ven0000fam0006mod008F:feature:,003D,008C,0125,0130,0258,0259")
    assert alias is not None
    assert (alias.architecture, alias.vendor) == ("x86_64", "GenuineIntel")
    assert (alias.family, alias.model_number) == (6, 0x8F)
    assert alias.isa == {"fma", "avx2", "avx512f", "amx_tile", "amx_int8"}


@pytest.mark.parametrize(
    ("number", "vendor"),
    [("0000", "GenuineIntel"), ("0002", "AuthenticAMD"), ("0009", "HygonGenuine"), ("00FF", None)],
)
def test_vendors_are_spelt_as_cpuid_spells_them(number: str, vendor: str | None) -> None:
    alias = parse(f"cpu:type:x86,ven{number}fam0019mod0001:feature:,0000")
    assert alias is not None
    assert alias.vendor == vendor


@pytest.mark.parametrize("start", [32, 64])
def test_arm_extensions_are_read_wherever_the_kernel_numbers_them(start: int) -> None:
    alias = parse(f"cpu:type:aarch64:feature:,0001,0016,{start + 13:04X},{start + 23:04X}")
    assert alias is not None
    assert alias.architecture == "aarch64"
    assert alias.isa == {"asimd", "sve", "i8mm", "sme"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pci:v000010DEd000020B2sv*sd*bc03sc*i*",
        "cpu:type:x86,ven0000fam0006mod008F",
        "cpu:type:x86,ven0000fam0006mod008F:feature:,zzzz",
        "cpu:type:x86,ven0fam6mod8:feature:,0000",
        "cpu:type:mips:feature:,0000",
    ],
)
def test_text_of_another_form_is_no_alias(text: str) -> None:
    assert parse(text) is None


def test_stray_commas_do_no_harm() -> None:
    alias = parse("cpu:type:x86,ven0000fam0006mod008F:feature:,,0125,,")
    assert alias is not None
    assert alias.isa == {"avx2"}


@pytest.mark.skipif(not _LIVE.exists(), reason="this kernel shows no processor modalias")
def test_the_alias_of_this_machine_agrees_with_its_cpuinfo() -> None:
    alias = parse(_LIVE.read_text().strip())
    listed = parse_cpuinfo(Path("/proc/cpuinfo").read_text())[0]
    assert alias is not None
    assert (alias.vendor, alias.family) == (listed.vendor, listed.family)
    assert alias.model_number == listed.model_number
    assert alias.isa - {"amx_fp16"} <= listed.isa
