"""The parser of /proc/cpuinfo: every architecture's spelling, and text that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gauger_probes.host import cpuinfo
from gauger_probes.host.cpuinfo import LogicalCpu, parse

X86 = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Platinum 8480+
stepping\t: 8
microcode\t: 0x2b000590
physical id\t: 1
siblings\t: 112
core id\t\t: 7
cpu cores\t: 56
flags\t\t: fpu lm sse4_2 fma avx2 avx512f amx_tile amx_int8 sme sev hypervisor avxish\\x1b

processor\t: 1
vendor_id\t: GenuineIntel
flags\t\t: fpu lm
"""

ARM = """processor\t: 0
BogoMIPS\t: 2000.00
Features\t: fp asimd evtstrm fphp asimdhp asimddp sve sve2 i8mm bf16 sme sm3 sm4 paca
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xD4F
CPU revision\t: 0

Hardware\t: made up
Serial\t\t: 10000000abcdef01
Model\t\t: Board Model B Rev 1.4
"""


def only(text: str) -> LogicalCpu:
    (cpu,) = parse(text)
    return cpu


def test_an_x86_processor_gives_its_cpuid_numbers() -> None:
    cpu = parse(X86)[0]
    assert (cpu.vendor, cpu.family, cpu.model_number, cpu.stepping) == ("GenuineIntel", 6, 143, 8)
    assert cpu.model == "Intel(R) Xeon(R) Platinum 8480+"
    assert cpu.microcode == "0x2b000590"
    assert (cpu.package, cpu.core, cpu.cores_in_package, cpu.threads_in_package) == (1, 7, 56, 112)


def test_the_long_mode_flag_tells_64_bit_x86_from_32_bit() -> None:
    assert parse(X86)[0].architecture == "x86_64"
    assert only("processor : 0\nvendor_id : GenuineIntel\nflags : fpu\n").architecture == "i686"


def test_only_arithmetic_extensions_are_kept_and_memory_encryption_is_not_arms_sme() -> None:
    expected = {"sse4_2", "fma", "avx2", "avx512f", "amx_tile", "amx_int8", "hypervisor"}
    assert parse(X86)[0].isa == expected


def test_an_arm_processor_gives_implementer_part_and_its_sme() -> None:
    cpu = only(ARM)
    assert (cpu.architecture, cpu.implementer, cpu.part) == ("aarch64", "41", "d4f")
    assert cpu.isa == {
        "asimd", "fphp", "asimdhp", "asimddp", "sve", "sve2", "i8mm", "bf16", "sme",
    }  # fmt: skip
    assert (cpu.model, cpu.family, cpu.package) == (None, None, None)


def test_a_board_name_after_the_last_processor_is_not_a_processor() -> None:
    assert [cpu.number for cpu in parse(ARM)] == [0]


@pytest.mark.parametrize(
    ("text", "architecture", "model"),
    [
        (
            "processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 3800.000000MHz\n",
            "ppc64le",
            "POWER9",
        ),
        (
            "processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdcv\nuarch\t\t: sifive,u74-mc\n",
            "riscv64",
            "sifive,u74-mc",
        ),
        (
            "system type\t: generic-loongson-machine\n\nprocessor\t: 0\npackage\t\t: 0\n"
            "core\t\t: 0\nCPU Family\t: Loongson-64bit\nModel Name\t: Loongson-3A6000\n"
            "Features\t: cpucfg lam lsx lasx\n",
            "loongarch64",
            "Loongson-3A6000",
        ),
        (
            "vendor_id       : IBM/S390\n# processors    : 1\nfeatures\t: esan3 vx nnpa\n"
            "processor 0: version = FF,  identification = 0123,  machine = 3931\n",
            "s390x",
            "machine 3931",
        ),
    ],
)
def test_other_architectures_give_at_least_a_model(
    text: str, architecture: str, model: str
) -> None:
    cpu = only(text)
    assert (cpu.architecture, cpu.model) == (architecture, model)


def test_one_block_may_name_several_processors() -> None:
    text = "Processor : AArch64 rev 4\nprocessor : 0\nprocessor : 1\nCPU implementer : 0x41\n"
    assert [(cpu.number, cpu.implementer) for cpu in parse(text)] == [(0, "41"), (1, "41")]


@pytest.mark.parametrize(
    "text",
    ["", "\n\n\n", ":", "processor", "processor : x\n", "processor : -1\n", "a" * 100_000],
)
def test_text_without_a_processor_gives_none(text: str) -> None:
    assert parse(text) == ()


@pytest.mark.parametrize("number", ["", "zwölf", "٣", "0x10", "-1", "1" * 5000, "1e9"])
def test_a_number_that_is_none_is_left_out(number: str) -> None:
    cpu = only(f"processor : 0\nvendor_id : X\ncpu family : {number}\n")
    assert cpu.family is None


def test_text_from_the_processor_is_bounded_and_harmless() -> None:
    cpu = only(f"processor : 0\nvendor_id : V\nmodel name : \x1b[2J{'m' * 5000}\n")
    assert cpu.model is not None
    assert len(cpu.model) <= 256
    assert cpu.model.startswith("\\x1b[2J")


def test_no_more_processors_than_a_kernel_can_have_are_listed() -> None:
    text = "\n".join(f"processor : {number}\n" for number in range(cpuinfo.MAX_CPUS + 5))
    assert len(parse(text)) == cpuinfo.MAX_CPUS


@given(st.text(alphabet=st.sampled_from("processor:flags\t\n 0x9avendor_idé\x00"), max_size=300))
def test_any_text_is_parsed_without_an_exception(text: str) -> None:
    assert all(cpu.number >= 0 for cpu in parse(text))
