"""What a processor multiplies natively is read from its flags, by a table that is data."""

from __future__ import annotations

import pytest

from gauger_probes.host.cpuinfo import parse
from gauger_probes.measure.backends.cpu.units import _table, lacks, needs_unit, widest
from gauger_probes.measure.backends.protocol import Precision

_MILAN = {"avx", "avx2", "f16c", "fma", "sse4_1"}


@pytest.mark.parametrize(
    ("precision", "isa", "flag"),
    [
        (Precision.BF16, _MILAN | {"avx512_bf16"}, "avx512_bf16"),
        (Precision.BF16, _MILAN | {"avx512_bf16", "amx_bf16"}, "amx_bf16"),
        (Precision.BF16, {"asimd", "bf16"}, "bf16"),
        (Precision.FP16, _MILAN | {"avx512_fp16"}, "avx512_fp16"),
        (Precision.FP16, {"asimd", "asimdhp"}, "asimdhp"),
        (Precision.INT8, _MILAN, "avx2"),
        (Precision.INT8, _MILAN | {"avx_vnni"}, "avx_vnni"),
        (Precision.INT8, {"asimd", "asimddp"}, "asimddp"),
    ],
)
def test_the_widest_unit_that_the_flags_show_is_named(
    precision: Precision, isa: set[str], flag: str
) -> None:
    found = widest(precision, isa)
    assert found is not None
    assert found.flag == flag
    assert lacks(precision, isa) is None


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.FP16])
def test_a_processor_without_half_precision_is_said_to_lack_it_and_by_which_flags(
    precision: Precision,
) -> None:
    reason = lacks(precision, _MILAN)
    assert reason is not None
    assert reason.startswith("not native: the processor states none of amx_")


def test_converting_instructions_are_no_unit() -> None:
    assert lacks(Precision.FP16, {"f16c"}) is not None, "F16C converts and multiplies nothing"


@pytest.mark.parametrize("precision", [Precision.FP64, Precision.FP32, Precision.INT8])
def test_no_processor_lacks_doubles_floats_or_bytes(precision: Precision) -> None:
    assert not needs_unit(precision)
    assert lacks(precision, ()) is None
    assert widest(precision, ()) is None


def test_every_flag_of_the_table_is_one_that_the_parser_keeps() -> None:
    for known in _table().values():
        for unit in known.units:
            x86 = parse(f"processor: 0\nvendor_id: x\nflags: {unit.flag}\n")
            arm = parse(f"processor: 0\nFeatures: {unit.flag}\nCPU implementer: 0x41\n")
            assert unit.flag in x86[0].isa | arm[0].isa, unit.flag
