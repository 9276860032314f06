"""The algorithm: the fastest of those that are proposed, that run, and that really compute so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gauger_probes.measure.backends.protocol import Engine, NotNativeError, Precision, Shape
from support.cuda_stand_in import Machine

SHAPE = Shape(48, 64, 80)
#: What the stand-in is told to reach, in operations a second.
RATE = 5e11
SECONDS = SHAPE.operations / RATE

#: Opens the machine's only device.
Opening = Callable[[], Engine]


@pytest.mark.parametrize("index", [0, 2, 5])
def test_the_fastest_algorithm_is_taken_wherever_the_library_ranks_it(
    engine: Engine, machine: Machine, index: int
) -> None:
    machine.tell(rate__gemm=RATE, fastest=index)
    work = engine.gemm(Precision.FP16, SHAPE, seed=7)
    assert work.run(2) == pytest.approx(2 * SECONDS, rel=1e-6)
    # Six are proposed in each of two layouts, one of them as unusable.
    assert "fastest of 10 algorithms tried" in work.method
    work.close()


def test_an_algorithm_that_is_proposed_and_does_not_run_is_passed_over(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(rate__gemm=RATE, unfit=0)
    work = engine.gemm(Precision.FP16, SHAPE, seed=7)
    assert "fastest of 8 algorithms tried" in work.method
    assert work.run(1) == pytest.approx(SECONDS, rel=1e-6)
    work.close()


def test_a_long_product_is_not_tried_by_many_algorithms(engine: Engine, machine: Machine) -> None:
    machine.tell(rate__gemm=SHAPE.operations)  # a second each
    work = engine.gemm(Precision.FP64, SHAPE, seed=7)
    assert "fastest of 1 algorithms tried" in work.method
    assert machine.calls().count("cublasLtMatmul") == 2
    work.close()


def test_what_the_library_refuses_for_a_device_is_not_native(
    opening: Opening, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.tell_devices({"major": 7, "minor": 5})
    engine = opening()
    monkeypatch.setattr(type(engine), "precisions", lambda _: tuple(Precision))
    with pytest.raises(NotNativeError, match="no algorithm of its own for bf16"):
        engine.gemm(Precision.BF16, SHAPE, seed=7)


def test_a_precision_for_which_nothing_is_proposed_is_not_native(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(none=1)
    with pytest.raises(NotNativeError):
        engine.gemm(Precision.FP32, SHAPE, seed=7)


@pytest.mark.parametrize(
    ("precision", "reads"),
    [
        (Precision.FP64, 1 << 21),  # from int8
        (Precision.FP32, 1 << 18),  # from tf32
        (Precision.FP32, 1 << 17),  # from bf16
        (Precision.TF32, 1 << 17),
        (Precision.BF16, 1 << 21),
        (Precision.FP8, 1 << 21),
    ],
)
def test_an_algorithm_that_says_it_reads_another_precision_is_emulation_and_left_out(
    engine: Engine, machine: Machine, precision: Precision, reads: int
) -> None:
    machine.tell(flags=reads)
    with pytest.raises(NotNativeError):
        engine.gemm(precision, SHAPE, seed=7)


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.FP8])
def test_what_an_h100_is_told_of_its_bf16_and_fp8_is_no_emulation(
    engine: Engine, machine: Machine, precision: Precision
) -> None:
    machine.tell(flags=0x10202)  # HMMA ACCUMULATOR_32F INPUT_16F, as cuBLASLt 13.1 answered
    work = engine.gemm(precision, SHAPE, seed=7)
    work.run(1)
    work.check()
    work.close()


def test_an_algorithm_that_does_not_say_how_it_computes_is_taken_and_that_is_said(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(silent=1)
    work = engine.gemm(Precision.FP32, SHAPE, seed=7)
    assert "the library does not say how" in work.method
    work.check()
    work.close()


def test_what_another_layout_left_behind_is_not_taken_for_the_result(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(fastest__layout="NN")
    work = engine.gemm(Precision.FP32, SHAPE, seed=7)
    machine.tell(fastest__layout="NN", wrong="never")
    work.run(1)
    work.check()  # the result of preparing it stands there still
    work.close()
