"""Products: every precision computes right through our calls, at the rate that was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from gauger_probes.measure.backends.cuda import choose, gemm, operands
from gauger_probes.measure.backends.cuda.choose import Choice, Timed
from gauger_probes.measure.backends.cuda.described import Product
from gauger_probes.measure.backends.cuda.encode import Stored
from gauger_probes.measure.backends.cuda.memory import DeviceMemory
from gauger_probes.measure.backends.protocol import (
    Engine,
    NotNativeError,
    Precision,
    Shape,
)
from gauger_probes.measure.errors import WrongResultError
from support.cuda_stand_in import Machine

#: No two sides alike, so that none can stand for another; multiples of 16, as fp8 needs.
SHAPE = Shape(48, 64, 80)
#: What the stand-in is told to reach, in operations a second.
RATE = 5e11

ALL = tuple(Precision)

#: Opens the machine's only device.
Opening = Callable[[], Engine]


def seconds(shape: Shape) -> float:
    """Return what a product of ``shape`` takes the stand-in."""
    return shape.operations / RATE


@pytest.mark.parametrize("precision", ALL)
def test_every_precision_computes_right_at_the_rate_that_the_device_has(
    engine: Engine, machine: Machine, precision: Precision
) -> None:
    machine.tell(rate__gemm=RATE)
    work = engine.gemm(precision, SHAPE, seed=7)
    assert work.run(3) == pytest.approx(3 * seconds(SHAPE), rel=1e-6)
    work.check()
    work.close()
    assert machine.refused() == []


@pytest.mark.parametrize("layout", ["NN", "TN"])
@pytest.mark.parametrize("precision", [p for p in ALL if p not in (Precision.FP8, Precision.INT8)])
def test_the_faster_layout_is_taken_and_computes_right(
    engine: Engine, machine: Machine, precision: Precision, layout: str
) -> None:
    machine.tell(rate__gemm=RATE, fastest__layout=layout)
    work = engine.gemm(precision, SHAPE, seed=7)
    assert f"; {layout}, " in work.method
    assert work.run(1) == pytest.approx(seconds(SHAPE), rel=1e-6)
    work.check()
    work.close()


@pytest.mark.parametrize("precision", [Precision.FP8, Precision.INT8])
def test_types_that_know_one_layout_are_never_tried_in_another(
    engine: Engine, machine: Machine, precision: Precision
) -> None:
    machine.tell(fastest__layout="NN")
    work = engine.gemm(precision, SHAPE, seed=7)
    assert "; TN, " in work.method
    work.close()
    assert machine.refused() == []


def test_the_method_says_library_layout_accumulation_and_how_it_was_computed(
    engine: Engine, machine: Machine
) -> None:
    machine.tell(version=120903)
    work = engine.gemm(Precision.FP16, SHAPE, seed=7)
    assert work.method == (
        "cuBLASLt 12.9.3 (libcublasLt.so.13); TN, fp16 to fp16, fp32 accumulation; computed as HMMA"
        " ACCUMULATOR_32F INPUT_16F; fastest of 10 algorithms tried; standard-normal data from"
        " blocks of at most 5120 elements; back to back; time between events of the CUDA driver"
    )
    work.close()


def test_what_fits_the_cache_is_overwritten_there_and_that_time_is_not_counted(
    opening: Opening, machine: Machine
) -> None:
    machine.tell_devices({"l2": 1 << 20}, rate__gemm=RATE, rate__within=1e6)
    work = opening().gemm(Precision.BF16, SHAPE, seed=7)
    before = machine.calls().count("cuMemsetD8Async")
    assert work.run(70) == pytest.approx(70 * seconds(SHAPE), rel=1e-3)
    assert machine.calls().count("cuMemsetD8Async") - before == 70
    assert "L2 cache overwritten before each repetition" in work.method
    work.check()
    work.close()


@pytest.mark.parametrize(
    ("capability", "lacking"),
    [
        ((6, 1), {Precision.BF16, Precision.TF32, Precision.FP8, Precision.INT8}),
        ((7, 5), {Precision.BF16, Precision.TF32, Precision.FP8}),
        ((8, 0), {Precision.FP8}),
        ((8, 9), set()),
        ((12, 0), set()),
    ],
)
def test_what_a_generation_lacks_is_neither_offered_nor_tried(
    opening: Opening, machine: Machine, capability: tuple[int, int], lacking: set[Precision]
) -> None:
    machine.tell_devices({"major": capability[0], "minor": capability[1]})
    engine = opening()
    assert set(engine.precisions()) == set(ALL) - lacking
    for precision in lacking:
        with pytest.raises(NotNativeError, match=f"{capability[0]}.{capability[1]} has no"):
            engine.gemm(precision, SHAPE, seed=7)
    for precision in engine.precisions():
        work = engine.gemm(precision, SHAPE, seed=7)
        work.check()
        work.close()
    assert machine.refused() == []


@pytest.mark.parametrize("precision", ALL)
@pytest.mark.parametrize("wrong", ["block", "never"])
def test_a_wrong_product_is_found_in_every_precision(
    engine: Engine, machine: Machine, precision: Precision, wrong: str
) -> None:
    machine.tell(wrong=wrong)
    work = engine.gemm(precision, Shape(128, 128, 128), seed=7)
    work.run(1)
    with pytest.raises(WrongResultError, match="a product of 128"):
        work.check()
    work.close()


@pytest.mark.parametrize(
    ("precision", "wrong"),
    [
        (Precision.FP32, "tf32"),
        (Precision.FP32, "bf16"),
        (Precision.FP64, "tf32"),
        (Precision.TF32, "bf16"),
        (Precision.FP16, "bf16"),
    ],
)
def test_inputs_that_were_shortened_in_secret_are_found(
    engine: Engine, machine: Machine, precision: Precision, wrong: str
) -> None:
    machine.tell(silent=1)
    work = engine.gemm(precision, Shape(128, 128, 128), seed=7)
    work.check()
    machine.tell(silent=1, wrong=wrong)
    work.run(1)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


@pytest.mark.parametrize("precision", ALL)
def test_a_matrix_that_repeats_its_block_is_checked_by_the_same_rule(
    engine: Engine, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operands, "BLOCK", 1040)
    work = engine.gemm(precision, SHAPE, seed=7)
    assert "blocks of at most 1040 elements" in work.method
    work.check()
    work.close()


@pytest.mark.parametrize(
    ("precision", "shape"),
    [(Precision.FP8, Shape(48, 64, 72)), (Precision.INT8, Shape(48, 64, 82))],
)
def test_a_shape_that_the_type_does_not_allow_is_our_mistake(
    engine: Engine, precision: Precision, shape: Shape
) -> None:
    with pytest.raises(ValueError, match="no multiples of"):
        engine.gemm(precision, shape, seed=7)


@pytest.mark.parametrize("precision", ALL)
def test_the_result_of_a_trial_is_not_taken_for_that_of_the_measurement(
    engine: Engine, machine: Machine, monkeypatch: pytest.MonkeyPatch, precision: Precision
) -> None:
    fastest = choose.fastest

    def then_stops(products: Iterable[Product], timed: Timed) -> Choice:
        chosen = fastest(products, timed)
        machine.tell(wrong="never")
        return chosen

    monkeypatch.setattr(gemm, "fastest", then_stops)
    work = engine.gemm(precision, SHAPE, seed=7)
    with pytest.raises(WrongResultError):
        work.check()
    work.close()


@pytest.fixture
def uploaded(monkeypatch: pytest.MonkeyPatch) -> list[Stored]:
    """Return what goes to devices as operands from here on, in order."""
    blocks: list[Stored] = []
    fill = DeviceMemory.fill

    def noted(self: DeviceMemory, data: Stored) -> None:
        if data.dtype != np.uint8 and data.size > 1:
            blocks.append(data)
        fill(self, data)

    monkeypatch.setattr(DeviceMemory, "fill", noted)
    return blocks


def test_the_same_seed_gives_the_same_data_and_another_gives_others(
    engine: Engine, uploaded: list[Stored]
) -> None:
    square = Shape(64, 64, 64)
    for seed in (1, 1, 2):
        engine.gemm(Precision.FP32, square, seed).close()
    a, b, a_again, b_again, a_other, _ = uploaded
    assert np.array_equal(a, a_again)
    assert np.array_equal(b, b_again)
    assert not np.array_equal(a, a_other)
    assert not np.array_equal(a, b)


def test_data_of_fp64_uses_all_bits_of_its_fractions(
    engine: Engine, uploaded: list[Stored]
) -> None:
    engine.gemm(Precision.FP64, SHAPE, seed=1).close()
    for block in uploaded:
        assert np.mean(block != block.astype(np.float32)) > 0.99
