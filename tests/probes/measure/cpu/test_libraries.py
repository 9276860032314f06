"""Libraries with a Python interface multiply, and refuse what they would only loop over."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
import pytest

from gauger_probes.measure.backends.cpu import numpy_blas
from gauger_probes.measure.backends.cpu.library import Library
from gauger_probes.measure.backends.protocol import NotNativeError, Precision, Shape
from gauger_probes.measure.bench import Bench
from gauger_probes.measure.errors import WrongResultError
from gauger_probes.measure.onnx_model import Model, Node, Port
from gauger_probes.measure.product import Matrix

_SHAPE = Shape(200, 96, 144)


def _onnxruntime(bench: Bench) -> Library:
    pytest.importorskip("onnxruntime")
    module = importlib.import_module("gauger_probes.measure.backends.cpu.onnx_runtime")
    opened: Library = module.library(bench)
    return opened


def _torch(bench: Bench) -> Library:
    pytest.importorskip("torch", reason="PyTorch is not installed; the system tier installs it")
    module = importlib.import_module("gauger_probes.measure.backends.cpu.pytorch")
    opened: Library = module.library(bench)
    return opened


_CASES = [
    (numpy_blas.library, Precision.FP64),
    (numpy_blas.library, Precision.FP32),
    (_onnxruntime, Precision.FP64),
    (_onnxruntime, Precision.FP32),
    (_onnxruntime, Precision.FP16),
    (_onnxruntime, Precision.INT8),
    (_torch, Precision.FP64),
    (_torch, Precision.FP32),
    (_torch, Precision.INT8),
    (_torch, Precision.BF16),
    (_torch, Precision.FP16),
]


@pytest.mark.parametrize(("opened", "precision"), _CASES)
def test_a_product_of_unlike_sides_is_right(
    opened: Callable[[Bench], Library], precision: Precision
) -> None:
    library = opened(Bench())
    work = library.gemm(precision, _SHAPE, seed=3)
    assert work.run(2) > 0
    work.check()
    assert library.threads >= 1
    assert library.properties()["version"]
    assert library.name in work.method


@pytest.mark.parametrize("opened", [_onnxruntime, _torch])
def test_integers_at_the_ends_of_their_range_are_exact(
    opened: Callable[[Bench], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened(Bench())

    def extreme(precision: Precision, shape: Shape, generator: np.random.Generator) -> object:
        from gauger_probes.measure.backends.cpu.operands import Operands

        signs: Matrix = generator.choice(np.array([-127, 127], np.int8), (shape.k, shape.n))
        return Operands(precision, np.full((shape.m, shape.k), 127, np.uint8), signs)

    monkeypatch.setattr("gauger_probes.measure.backends.cpu.operands.draw", extreme)
    work = library.gemm(Precision.INT8, _SHAPE, seed=3)
    work.run(1)
    work.check()


@pytest.mark.parametrize(("opened", "precision"), _CASES)
def test_a_product_that_was_never_computed_is_noticed(
    opened: Callable[[Bench], Library], precision: Precision
) -> None:
    with pytest.raises(WrongResultError):
        opened(Bench()).gemm(precision, _SHAPE, seed=3).check()


def test_what_a_library_would_loop_over_is_not_offered() -> None:
    numpy_library = numpy_blas.library(Bench())
    for precision in (Precision.FP16, Precision.BF16, Precision.INT8):
        with pytest.raises(NotNativeError, match="numpy has no BLAS"):
            numpy_library.gemm(precision, _SHAPE, seed=1)
    with pytest.raises(NotNativeError, match="does not multiply bf16"):
        _onnxruntime(Bench()).gemm(Precision.BF16, _SHAPE, seed=1)


def test_copies_that_a_library_makes_count_as_room() -> None:
    plain = numpy_blas.library(Bench()).room_bytes(Precision.FP32, _SHAPE)
    assert plain == 4 * (200 * 144 + 144 * 96 + 200 * 96)
    assert _onnxruntime(Bench()).room_bytes(Precision.FP32, _SHAPE) > plain + 4 * 144 * 96


def test_an_operator_without_a_kernel_for_processors_is_not_native(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = _onnxruntime(Bench())
    module = importlib.import_module("gauger_probes.measure.backends.cpu.onnx_runtime")
    monkeypatch.setattr(module, "_model", lambda *_: _without_a_kernel(_SHAPE))
    with pytest.raises(NotNativeError, match="no kernel for fp16"):
        library.gemm(Precision.FP16, _SHAPE, seed=1)


def _without_a_kernel(shape: Shape) -> bytes:
    sides = (shape.m, shape.n)
    return Model(
        nodes=(Node("Tan", ("a",), "c"),),
        inputs=(Port("a", "float64", sides),),
        outputs=(Port("c", "float64", sides),),
        weights={},
    ).to_bytes()
